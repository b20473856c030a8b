/** The filters on an event's properties, a line each, under the question that they belong to. */

import { useDesk } from "./desk";
import { Settings } from "./Settings";
import type { Json, Line } from "./tree";
import { givenBy, Sign } from "./Value";
import type { Setting } from "./vocabulary";

interface Props {
  setting: Setting;
  line: Line;
  problems: { rest: string; message: string }[];
  change: (line: Line, tag?: string) => void;
  isOnly: boolean;
}

/** What its properties are of: `then_where` filters the event that `then` names, `where` the line's own. */
function filtered(setting: Setting, line: Line): Record<string, string> {
  const given = givenBy(line);
  const named = setting.name.endsWith("_where") ? given[setting.name.slice(0, -"_where".length)] : undefined;
  return named === undefined ? given : { ...given, event: named };
}

export function Where({ setting, line, problems, change, isOnly }: Props) {
  const { t, vocabulary } = useDesk();
  const filters = Array.isArray(line[setting.name]) ? (line[setting.name] as Json[]) : [];
  const put = (next: Json[], tag?: string) =>
    change({ ...line, [setting.name]: next.length ? next : undefined } as Line, tag);

  return (
    <div className="b-where" role="group" aria-label={isOnly ? t("filters") : `${t("filters")}: ${setting.label}`}>
      {filters.map((filter, place) => {
        const prefix = `${setting.name}.${place}`;
        const own = problems
          .filter(({ rest }) => rest === prefix || rest.startsWith(`${prefix}.`))
          .map(({ rest, message }) => ({ rest: rest.slice(prefix.length + 1), message }));
        return (
          <div className="b-filter" key={place} role="group" aria-label={t("filter_number", { number: place + 1 })}>
            <span className="b-word">{place === 0 ? setting.label : t("and")}</span>
            <div className="b-line-body">
              <Settings
                settings={vocabulary.line}
                line={filter}
                given={filtered(setting, line)}
                problems={own}
                change={(next, tag) =>
                  put(filters.map((one, at) => (at === place ? next : one)), `${prefix} ${tag}`)
                }
              />
            </div>
            <button
              type="button"
              className="b-icon"
              aria-label={t("remove_filter", { number: place + 1 })}
              title={t("remove_filter", { number: place + 1 })}
              onClick={() => put(filters.filter((_, at) => at !== place))}
            >
              <Sign name="close" />
            </button>
          </div>
        );
      })}
      <button
        type="button"
        className="b-add"
        onClick={() => put([...filters, { operator: vocabulary.line.find((one) => one.name === "operator")?.choices[0]?.value }])}
      >
        <Sign name="add" />
        {isOnly ? t("add_filter") : `${t("add_filter")}: ${setting.label}`}
      </button>
    </div>
  );
}
