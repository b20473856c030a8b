import { describe, expect, it } from "vitest";

import { readDuration, writeDuration } from "./duration";
import { fits, kindsFor, stepsWith } from "./find";
import { layOut } from "./layout";
import { escaped, picture } from "./picture";
import { graph, kindOf, KINDS } from "./samples";
import { controlOf, fieldsOf, freshPart, resolved } from "./schema";

const COLOURS = { page: "#fff", panel: "#fff", line: "#000", ink: "#000", text: "#000", accent: "#000" };

describe("the picture", () => {
  it("holds hostile names as text only", () => {
    const hostile = `<script>alert("1")</script>&'\u0000`;
    const of = graph("a", { a: ["branch", { yes: null, else: null }, { rules: [{ branch: "yes" }] }] });
    const { svg } = picture(layOut(of, { kinds: KINDS }), { title: hostile, words: () => ({ title: hostile, saying: hostile }), label: () => hostile, colours: COLOURS });
    expect(svg).not.toContain("<script");
    expect(svg).toContain("<title>&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;&#39;</title>");
    expect(escaped("a\ud800b\u{1f600}")).toBe("ab\u{1f600}");
  });
});

describe("lengths of time", () => {
  it("keep their unit: a day is not 24 hours", () => {
    for (const text of ["PT30M", "PT24H", "P1D", "P2W", "P1M", "P1Y"]) expect(writeDuration(readDuration(text)!)).toBe(text);
    expect(readDuration("PT24H")).toEqual({ count: 24, unit: "hours" });
  });

  it("of several units, and what is none, are not taken apart", () => {
    for (const text of ["P1DT12H", "P", "PT", "P0D", "PT1D", "P1H", "", null, 3600]) expect(readDuration(text)).toBeNull();
  });
});

describe("finding", () => {
  it("goes by all words, whatever their accents and capitals", () => {
    expect(fits("Attésa di un EVENTO", "evento attesa")).toBe(true);
    expect(fits("wait", "wait for")).toBe(false);
    expect(fits("Send e-mail", "EMAIL")).toBe(true);
    expect(kindsFor([kindOf("branch_message"), kindOf("branch")], "branch").map((kind) => kind.kind)).toEqual(["branch_message", "branch"]);
  });

  it("looks into settings, notes and what steps say", () => {
    const of = graph("a", { a: ["wait", { next: "b" }, { span: "P7D" }], b: ["send_email", {}, { content: "Sconto-Natale", fallbacks: ["x"] }] });
    expect(stepsWith(of, "natale", () => "")).toEqual(["b"]);
    expect(stepsWith(of, "week", (step) => (step.id === "a" ? "one week" : ""))).toEqual(["a"]);
    expect(stepsWith(of, " ", () => "")).toEqual([]);
  });
});

describe("a schema", () => {
  const ROOT = {
    type: "object",
    $defs: { Way: { type: "object", required: ["channel"], properties: { channel: { enum: ["email", "sms"], type: "string" }, content: { type: "string" } } }, Day: { enum: ["monday"], type: "string" } },
    required: ["span"],
    properties: {
      rule: { anyOf: [{ type: "object", additionalProperties: true }, { type: "null" }], widget: "rule" },
      days: { type: "array", items: { $ref: "#/$defs/Day" } },
      ways: { type: "array", items: { $ref: "#/$defs/Way" } },
      value: {},
      to: { anyOf: [{ type: "string" }, { type: "boolean" }, { type: "integer" }, { type: "null" }] },
      amount: { anyOf: [{ type: "number" }, { type: "string", pattern: "^\\d+$" }, { type: "null" }] },
      content: { type: "string", widget: "content:email" },
      span: { type: "string", format: "duration" },
    },
  };

  it("is drawn field by field, what must be said first", () => {
    const fields = fieldsOf(ROOT, ROOT).map(({ name, schema }) => [name, controlOf(schema)]);
    expect(fields).toEqual([
      ["span", "duration"],
      ["rule", "rule"],
      ["days", "choices"],
      ["ways", "list"],
      ["value", "value"],
      ["to", "value"],
      ["amount", "number"],
      ["content", "pick"],
    ]);
  });

  it("begins a new part with what the others don't have", () => {
    const way = resolved(ROOT.properties.ways, ROOT).items!;
    expect(freshPart(way, ROOT, [{ channel: "email" }])).toEqual({ channel: "sms" });
    const named = { type: "object", required: ["branch"], properties: { branch: { type: "string" } } };
    expect(freshPart(named, named, [{ branch: "a" }, { branch: "c" }])).toEqual({ branch: "b" });
  });
});
