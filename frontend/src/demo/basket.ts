// What lies in the demo shop's basket, kept by the browser, so that who comes back finds it as it was.

export type Product = { product_id: string; name: string; category: string; brand: string; price: number; currency: string; image_url: string };
export type Line = Product & { quantity: number };

const KEY = "sette-demo-basket";

export function kept(storage: Storage, products: Product[]): Line[] {
  try {
    const stored: unknown = JSON.parse(storage.getItem(KEY) ?? "{}");
    const counts = stored && typeof stored === "object" ? (stored as Record<string, unknown>) : {};
    return products.flatMap((product) => {
      const quantity = counts[product.product_id];
      return typeof quantity === "number" && quantity > 0 ? [{ ...product, quantity }] : [];
    });
  } catch {
    return []; // whatever stood there is not ours
  }
}

export function keep(storage: Storage, lines: Line[]) {
  storage.setItem(KEY, JSON.stringify(Object.fromEntries(lines.map((line) => [line.product_id, line.quantity]))));
}

export function put(lines: Line[], product: Product): Line[] {
  const has = lines.some((line) => line.product_id === product.product_id);
  return has
    ? lines.map((line) => (line.product_id === product.product_id ? { ...line, quantity: line.quantity + 1 } : line))
    : [...lines, { ...product, quantity: 1 }];
}

export function without(lines: Line[], product_id: string): Line[] {
  return lines.filter((line) => line.product_id !== product_id);
}

/** In cents while it is summed: money is no fraction of two. */
export function total(lines: Line[]): number {
  return lines.reduce((sum, line) => sum + Math.round(line.price * 100) * line.quantity, 0) / 100;
}
