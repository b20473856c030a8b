/** One rule within a text field of JSON, by its path: what drafts of stage versions are made of. */

type Json = Record<string, unknown>;

export class Part {
  private known = "";

  constructor(
    private area: HTMLTextAreaElement,
    private path: string[],
  ) {}

  /** The rule as it stands; {} where there is none, or the text is no JSON. */
  read(): unknown {
    const rule = this.path.reduce<unknown>((part, key) => (part as Json | null | undefined)?.[key], this.whole()) ?? {};
    this.known = JSON.stringify(rule);
    return rule;
  }

  /** Put another rule there; all else stays. In a text that is no JSON nothing is changed. */
  write(rule: unknown): void {
    const whole = this.whole();
    if (!whole) return;
    let part = whole;
    for (const key of this.path.slice(0, -1)) part = (part[key] ??= {}) as Json;
    part[this.path.at(-1) ?? ""] = rule;
    this.known = JSON.stringify(rule);
    this.area.value = JSON.stringify(whole, null, 2);
  }

  /** Told when somebody has written another rule there by hand. */
  onOtherChange(tell: () => void): void {
    this.area.addEventListener("change", () => {
      const known = this.known;
      if (this.whole() && JSON.stringify(this.read()) !== known) tell();
    });
  }

  private whole(): Json | null {
    try {
      const read: unknown = JSON.parse(this.area.value);
      return typeof read === "object" && read !== null && !Array.isArray(read) ? (read as Json) : null;
    } catch {
      return null;
    }
  }
}
