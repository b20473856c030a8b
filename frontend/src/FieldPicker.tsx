/** What can be asked, searched by its words and by what is in the data: "Order Completed" finds its questions. */

import { Combobox } from "./Combobox";
import type { Option } from "./Combobox";
import { useDesk } from "./desk";
import { byLikeness } from "./likeness";
import type { Json } from "./tree";
import type { Family } from "./vocabulary";

interface Props {
  label: string;
  text: string;
  choose: (family: Family, chosen: Json) => void;
  onLeave?: () => void;
  autoFocus?: boolean;
}
interface Chosen {
  family: Family;
  chosen: Json;
}

const NAMED = ["events", "traits", "dates"]; // sources whose names are looked up where they are what a family is about
const FEWEST_LETTERS = 2;
const MOST_NAMED = 6;

export function FieldPicker({ label, text, choose, onLeave, autoFocus }: Props) {
  const { vocabulary, server, t } = useDesk();
  const heading = new Map(vocabulary.groups.map((group) => [group.value, group.label]));

  function familiesLike(term: string): Option[] {
    const wanted = term.trim().toLowerCase();
    const words = (family: Family) =>
      [family.label, heading.get(family.group), ...family.settings.flatMap((one) => one.choices.map((choice) => choice.label))]
        .join(" ")
        .toLowerCase();
    return vocabulary.families
      .filter((family) => words(family).includes(wanted))
      .map((family) => ({
        key: family.family,
        value: { family, chosen: {} } satisfies Chosen,
        label: family.label,
        group: heading.get(family.group),
      }));
  }

  async function named(term: string, signal: AbortSignal): Promise<Option[]> {
    if (term.trim().length < FEWEST_LETTERS) return [];
    const about = vocabulary.families.flatMap((family) => {
      const setting = family.settings.find((one) => !one.is_optional && NAMED.includes(one.suggests ?? ""));
      return setting ? [{ family, setting }] : [];
    });
    const sources = [...new Set(about.map(({ setting }) => setting.suggests as string))];
    const answers = await Promise.all(sources.map((source) => server.suggestions(source, term, {}, signal)));
    const values = new Map(sources.map((source, place) => [source, answers[place]?.values ?? []]));
    return about.flatMap(({ family, setting }) =>
      (values.get(setting.suggests as string) ?? []).slice(0, MOST_NAMED).map((one) => ({
        key: `${family.family}:${one.value}`,
        value: { family, chosen: { [setting.name]: one.value } } satisfies Chosen,
        label: String(one.value),
        note: one.note,
        group: family.label,
      })),
    );
  }

  return (
    <Combobox
      label={label}
      text={text}
      placeholder={t("what_to_ask")}
      isWide
      autoFocus={autoFocus}
      find={async (term, signal) => ({
        options: byLikeness([...familiesLike(term), ...(await named(term, signal).catch(() => []))], term),
      })}
      choose={(option) => {
        const { family, chosen } = option.value as Chosen;
        choose(family, chosen);
      }}
      onLeave={onLeave}
    />
  );
}
