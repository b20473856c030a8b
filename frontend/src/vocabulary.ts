/** What the server says can be asked: see customers/rules/vocabulary.py. */

export interface Choice {
  value: string;
  label: string;
  takes: string | null;
}

export interface Setting {
  name: string;
  kind: "choice" | "where" | "span" | "path" | "number" | "yesno" | "list" | "text" | "any";
  label: string;
  suggests: string | null;
  is_optional: boolean;
  /** The choice that stands where none is stored. */
  default: string | null;
  choices: Choice[];
  only_with: [string, string[]] | null;
}

export interface Family {
  family: string;
  group: string;
  label: string;
  settings: Setting[];
  start: Record<string, unknown>;
}

export interface Vocabulary {
  groups: Choice[];
  families: Family[];
  line: Setting[];
}
