/** An element of the page by its id. */
export function findElement(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no element ${id}`);
  return found;
}

/** Sets an element's HTML if it is another one, and keeps what was opened in it. */
export function setHtml(element: Element, html: string): void {
  if (shown.get(element) === html) return;
  shown.set(element, html);
  const open = [...element.querySelectorAll("details")].map((each) => each.open);
  element.innerHTML = html;
  element.querySelectorAll("details").forEach((each, index) => {
    each.open = open[index] ?? each.open;
  });
}

const shown = new WeakMap<Element, string>();

/** An item of a list, with HTML that is safe to show. */
export interface KeyedItem {
  readonly key: string;
  readonly className?: string;
  readonly html: string;
}

/** Makes the children of an element such items. Children of items that were there before stay. */
export function setItems(list: Element, tag: "li" | "div", items: readonly KeyedItem[]): void {
  const before = new Map([...list.children].map((child) => [child.getAttribute("data-key"), child]));
  const children = items.map(({ key, className = "", html }) => {
    const child = before.get(key) ?? document.createElement(tag);
    child.setAttribute("data-key", key);
    if (child.className !== className) child.className = className;
    setHtml(child, html);
    return child;
  });
  const kept = new Set<Element>(children);
  for (const child of [...list.children]) if (!kept.has(child)) child.remove();
  children.forEach((child, index) => {
    if (list.children[index] !== child) list.insertBefore(child, list.children[index] ?? null);
  });
}
