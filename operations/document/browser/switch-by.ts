/** Makes a key of the legend a button that switches what it stands for. */
export function switchBy(key: HTMLElement, onSwitch: (isShown: boolean) => void): void {
  const button = document.createElement("button");
  button.type = "button";
  button.append(...key.childNodes);
  button.setAttribute("aria-pressed", "true");
  button.addEventListener("click", () => {
    const isShown = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(isShown));
    onSwitch(isShown);
  });
  key.append(button);
}
