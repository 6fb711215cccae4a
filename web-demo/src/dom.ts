// The two helpers that a page without a framework needs. Text is always text, never markup.

/** The element of the page with this id, which index.html promises to be of this type. */
export function find<Type extends Element>(id: string, type: new () => Type): Type {
  const found = document.getElementById(id);
  if (!(found instanceof type)) throw new Error(`index.html has no #${id} of the expected type`);
  return found;
}

type Attributes = Record<string, string | undefined>;

/** make('b', { class: 'name' }, 'text', child) */
export function make<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

const SVG = 'http://www.w3.org/2000/svg';

/** The bolt that marks what a backend pushed. */
export function bolt(): SVGElement {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('width', '22');
  svg.setAttribute('height', '22');
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS(SVG, 'path');
  path.setAttribute('d', 'M13.5 2 4 13.6h6.2L9.4 22 20 9.6h-6.9z');
  path.setAttribute('fill', 'currentColor');
  svg.append(path);
  return svg;
}

/** Newest first, and only so many. */
export function prepend(list: Element, item: Element, most: number): void {
  list.prepend(item);
  while (list.childElementCount > most) list.lastElementChild?.remove();
}
