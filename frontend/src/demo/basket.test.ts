import { describe, expect, it } from "vitest";

import { keep, kept, type Product, put, total, without } from "./basket";

const product = (product_id: string, price: number): Product => ({ product_id, price, name: product_id, category: "c", brand: "b", currency: "EUR", image_url: "" });
const [oil, bread] = [product("oil", 9.9), product("bread", 0.1)];

function storage(text?: string): Storage {
  const values = new Map<string, string>(text === undefined ? [] : [["sette-demo-basket", text]]);
  return { getItem: (key: string) => values.get(key) ?? null, setItem: (key: string, value: string) => void values.set(key, value) } as Storage;
}

describe("the basket", () => {
  it("counts what is put in again, and sums exactly", () => {
    const lines = put(put(put([], oil), bread), bread);

    expect(lines.map((line) => [line.product_id, line.quantity])).toEqual([["oil", 1], ["bread", 2]]);
    expect(total(lines)).toBe(10.1);
    expect(total(without(lines, "oil"))).toBe(0.2);
  });

  it("is found again as it was, without what is sold no more", () => {
    const place = storage();
    keep(place, put(put([], oil), bread));

    expect(kept(place, [bread])).toEqual([{ ...bread, quantity: 1 }]);
  });

  it.each(["{", "null", "[1]", '{"oil": "x"}', '{"oil": -1}'])("is empty where %s was kept", (text) => {
    expect(kept(storage(text), [oil, bread])).toEqual([]);
  });
});
