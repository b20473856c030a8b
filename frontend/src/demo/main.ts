// The demo shop: a page as a brand's own, which tells Sette what happens by Segment's client for browsers.
import { AnalyticsBrowser } from "@segment/analytics-next";

import { keep, kept, type Line, type Product, put, total, without } from "./basket";

const page = document.body;
const products = JSON.parse(document.getElementById("demo-products")?.textContent ?? "[]") as Product[];
const analytics = AnalyticsBrowser.load({ writeKey: page.dataset.writeKey ?? "", cdnURL: location.origin });
const money = new Intl.NumberFormat(document.documentElement.lang, { style: "currency", currency: page.dataset.currency ?? "EUR" });

let lines: Line[] = kept(localStorage, products);

function one<E extends Element>(selector: string, within: ParentNode = page): E {
  const found = within.querySelector<E>(selector);
  if (!found) throw new Error(`The page has no ${selector}`);
  return found;
}

/** Tell the visitor what was done: the words stand in the page, in its language. */
function say(what: string) {
  one("#said").textContent = one<HTMLElement>(`#words [data-word="${what}"]`).textContent;
}

function show() {
  const list = one("#lines");
  list.replaceChildren(...lines.map(row));
  one("#total").textContent = money.format(total(lines));
  one("#pieces").textContent = String(lines.reduce((sum, line) => sum + line.quantity, 0));
  one<HTMLElement>("#basket").classList.toggle("is-empty", lines.length === 0);
}

function row(line: Line): Node {
  const made = one<HTMLTemplateElement>("#line").content.cloneNode(true) as DocumentFragment;
  one(".name", made).textContent = line.name;
  one(".count", made).textContent = `${line.quantity} ×`;
  one(".sum", made).textContent = money.format(total([line]));
  const button = one<HTMLButtonElement>("button", made);
  button.setAttribute("aria-label", `${button.getAttribute("aria-label") ?? ""} ${line.name}`);
  button.addEventListener("click", () => void remove(line));
  return made;
}

function become(next: Line[]) {
  lines = next;
  keep(localStorage, lines);
  show();
}

async function add(product: Product) {
  become(put(lines, product));
  await analytics.track("Product Added", { ...product, quantity: 1 });
  say("added");
}

async function remove(line: Line) {
  become(without(lines, line.product_id));
  await analytics.track("Product Removed", line);
  say("removed");
}

async function order() {
  if (lines.length === 0) return;
  const bought = lines;
  become([]);
  await analytics.track("Order Completed", {
    order_id: `D-${Date.now().toString(36).toUpperCase()}`,
    total: total(bought),
    currency: page.dataset.currency,
    products: bought,
  });
  say("ordered");
}

async function leaveAddress(form: HTMLFormElement) {
  const email = String(new FormData(form).get("email") ?? "").trim();
  const wording = one("#wording").textContent?.trim() ?? "";
  const consents = [{ channel: "email", granted: true, source: page.dataset.source, wording }];
  await analytics.identify({ email }, { context: { consents } });
  page.classList.add("is-known");
  say("known");
}

for (const button of page.querySelectorAll<HTMLButtonElement>("[data-product]")) {
  const product = products.find((each) => each.product_id === button.dataset.product);
  if (product) button.addEventListener("click", () => void add(product));
}
one("#order").addEventListener("click", () => void order());
one<HTMLFormElement>("#address").addEventListener("submit", (event) => {
  event.preventDefault();
  void leaveAddress(event.currentTarget as HTMLFormElement);
});
show();
void analytics.page();
void analytics.track("Product List Viewed", { products });
