// Elements of the page, as the site's modules make them.

/** An element with these properties, and what stands in it. */
export function make(tag, properties, ...inside) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...inside);
  return element;
}

export const button = (words, onclick, more) => make("button", { type: "button", onclick, ...more }, words);

/**
 * A button whose work a module does that is loaded for it: `work` gets the module and the button. What it returns is said
 * in `status`. A file chooser opens only soon after a press, so the module comes as soon as a press is near.
 */
export function tool(words, status, load, work) {
  const near = () => load().catch(() => {});
  const press = async ({ target }) => {
    const module = await load().catch(() => null);
    status.textContent = module ? await work(module, target) : "This could not be loaded. Try again when you are connected.";
  };
  return button(words, press, { onfocus: near, onpointerenter: near });
}
