// The library leaves some controls without a name that a screen reader could say. They are named here as they appear.
import { words } from "./words.js";

let made = 0;

/** The id of an element, which gets one if it has none. */
function idOf(element) {
  element.id ||= `named-${(made += 1)}`;
  return element.id;
}

function nameControls(host) {
  for (const button of host.querySelectorAll(".button-menu:not([aria-label])")) button.ariaLabel = words.more;
  for (const button of host.querySelectorAll(".clear-button:not([aria-label])")) button.ariaLabel = words.clear;
  // A group's toggle and its contents are called as the group; one of several rounds has its number too.
  for (const panel of host.querySelectorAll(".p-panel")) {
    const toggle = panel.querySelector(":scope > .p-panel-header .p-panel-toggle-button");
    const title = panel.querySelector(":scope > .p-panel-header .panel-title");
    const name = title?.textContent.replace(/\s+/g, " ").trim();
    if (toggle && name && toggle.ariaLabel !== name) toggle.ariaLabel = name;
    panel.querySelector(":scope > [role=region]")?.removeAttribute("role");
  }
  for (const question of host.querySelectorAll(".question-container")) {
    const label = question.querySelector(".control-text label");
    const fields = question.querySelectorAll("input:not([type=radio], [type=checkbox], [type=hidden]), textarea");
    for (const field of label ? fields : []) {
      const named = field.labels?.length || field.ariaLabel || field.hasAttribute("aria-labelledby");
      if (!named) field.setAttribute("aria-labelledby", idOf(label));
    }
  }
}

/** Names the controls of the form in `host`, those that are there and those that come. */
export function keepNamed(host) {
  let waiting = false;
  new MutationObserver(() => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      nameControls(host);
    });
  }).observe(host, { childList: true, subtree: true, characterData: true });
}
