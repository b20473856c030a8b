/** A rule: what it says in words; to be changed, the rule builder over the page. */

import { useEffect, useRef, useState } from "react";

import { Server } from "../server";
import { Sign } from "../Value";
import { token } from "./api";
import { canonical } from "./differ";
import { Modal } from "./Modal";
import type { Desk } from "./store";
import { useDesk } from "./store";

const servers = new WeakMap<Desk, Server>();

/** What builders ask of the server: one for the whole page. */
export function ruleServer(desk: Desk): Server {
  const own = servers.get(desk) ?? new Server(desk.boot.rule_urls, token);
  servers.set(desk, own);
  return own;
}

interface Props {
  value: unknown;
  set: (value: unknown) => void;
  label: string;
}

export function RuleField({ value, set, label }: Props) {
  const desk = useDesk();
  const { t, can } = desk;
  const [isOpen, setOpen] = useState(false);
  const [sentence, setSentence] = useState("");
  const hasRule = value !== undefined && value !== null;
  const written = hasRule ? canonical(value) : "";
  useEffect(() => {
    setSentence("");
    if (!written) return;
    const asking = new AbortController();
    ruleServer(desk)
      .read(JSON.parse(written), null, asking.signal)
      .then(
        (read) => setSentence(read.sentence ?? desk.t("rule_unready")),
        () => undefined, // what it says is not told now; the rule is there all the same
      );
    return () => asking.abort();
  }, [desk, written]);

  return (
    <div className="d-rule">
      {hasRule && <p className="b-sentence">{sentence || "…"}</p>}
      {can && (
        <span className="d-row">
          <button type="button" className="b-add" onClick={() => setOpen(true)}>
            <Sign name={hasRule ? "edit" : "add"} />
            {t(hasRule ? "edit_rule" : "set_rule")}
          </button>
          {hasRule && (
            <button type="button" className="b-add" onClick={() => set(undefined)}>
              <Sign name="close" />
              {t("leave_out_rule")}
            </button>
          )}
        </span>
      )}
      {isOpen && (
        <Modal title={label} close={() => setOpen(false)} look="d-wide-modal">
          <Mounted value={value} set={set} label={label} />
        </Modal>
      )}
    </div>
  );
}

/** The rule builder, loaded when it is first asked for. */
function Mounted({ value, set, label }: Props) {
  const desk = useDesk();
  const place = useRef<HTMLDivElement>(null);
  const [hasFailed, setFailed] = useState(false);
  const latest = useRef(set);
  latest.current = set;
  const first = useRef(value);
  useEffect(() => {
    let unmount: (() => void) | undefined;
    let isGone = false;
    const start = async () => {
      const { mount } = await import("../mount");
      if (isGone || !place.current) return;
      const options = { value: first.current ?? {}, onChange: (rule: unknown) => latest.current(rule), server: ruleServer(desk), title: label };
      unmount = await mount(place.current, options);
      if (isGone) unmount();
    };
    start().catch(() => setFailed(true));
    return () => {
      isGone = true;
      if (unmount) setTimeout(unmount); // not within the drawing of its own page
    };
  }, [desk, label]);
  return (
    <>
      {hasFailed && <p role="alert">{desk.t("no_server")}</p>}
      <div ref={place} />
    </>
  );
}
