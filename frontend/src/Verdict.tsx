/** Whether a part holds for the customer who was chosen, and what was found: a tick or a cross, and words. */

import { useDesk } from "./desk";
import { Sign } from "./Value";

export function Verdict({ path }: { path: string }) {
  const { answers, t } = useDesk();
  const answer = answers.get(path);
  if (!answer) return null;
  return (
    <span className={answer.holds ? "b-verdict b-holds" : "b-verdict b-fails"}>
      <Sign name={answer.holds ? "check_circle" : "cancel"} />
      {answer.holds ? t("holds") : t("holds_not")}
      {answer.found && <span className="b-found">{t("found", { value: answer.found })}</span>}
    </span>
  );
}
