import { language, words } from "./words.js";
import { keepNamed } from "./names.js";
import { createApp, h } from "vue";
import { OdkWebForm, POST_SUBMIT__NEW_INSTANCE, webFormsPlugin } from "@getodk/web-forms";
import "./page.css";

const host = document.getElementById("web-form");
const { form, media, submit, done, device, username, email } = host.dataset;

const status = document.createElement("p");
status.setAttribute("role", "status");
status.className = "form-status";
host.before(status);

function say(text, tone = "plain") {
  status.textContent = text;
  status.dataset.tone = tone;
  if (tone !== "plain") status.scrollIntoView({ block: "nearest" });
}

/** Makes the form open in the language of the page, if it has it: "한국어 (ko)", "Korean", "ko". */
function inPageLanguage(xml) {
  const document = new DOMParser().parseFromString(xml, "text/xml");
  const translations = [...document.getElementsByTagName("translation")];
  const names = [language];
  for (const of of ["en", language]) {
    names.push(new Intl.DisplayNames([of], { type: "language" }).of(language).toLowerCase());
  }
  const isIt = (name) =>
    names.includes(name) || name.endsWith(`(${language})`) || names.some((known) => name.startsWith(`${known} (`));
  const found = translations.find((element) => isIt((element.getAttribute("lang") ?? "").trim().toLowerCase()));
  if (!found) return xml;
  translations.forEach((element) => element.removeAttribute("default"));
  found.setAttribute("default", "true()");
  return new XMLSerializer().serializeToString(document);
}

/** `jr://images/map.png` → the attachment of that name. */
function fetchFormAttachment(resource) {
  const name = decodeURIComponent(String(resource).split("/").pop());
  return fetch(media + encodeURIComponent(name), { credentials: "same-origin" });
}

/** The reason in an OpenRosa answer, if it has one. */
async function reason(response) {
  const text = await response.text().catch(() => "");
  const message = new DOMParser().parseFromString(text, "text/xml").querySelector("message");
  return message?.textContent.trim() ?? "";
}

let unsent = false;

async function send(payload, startAnew) {
  if (!submit) {
    unsent = false;
    return location.assign(done);
  }
  say(words.sending);
  let response;
  try {
    for (const body of payload.data) {
      response = await fetch(submit, {
        method: "POST",
        body,
        credentials: "same-origin",
        redirect: "manual",
        headers: { "X-OpenRosa-Version": "1.0" },
      });
      if (!response.ok) break;
    }
  } catch {
    return say(words.unsent, "bad");
  }
  if (response.type === "opaqueredirect" || response.status === 401) return say(words.loggedOut, "bad");
  if (!response.ok) return say(`${words.refused} ${await reason(response)}`.trim(), "bad");
  unsent = false;
  if (done) return location.assign(done);
  say(words.sent, "good");
  startAnew({ next: POST_SUBMIT__NEW_INSTANCE });
}

/** Names of days and months for the calendar, as the browser knows them. */
function calendar() {
  const list = (count, date, options) => {
    const format = new Intl.DateTimeFormat(language, { ...options, timeZone: "UTC" });
    return Array.from({ length: count }, (_, index) => format.format(date(index)));
  };
  const day = (index) => new Date(Date.UTC(2023, 0, 1 + index));
  const month = (index) => new Date(Date.UTC(2023, index, 1));
  return {
    dayNames: list(7, day, { weekday: "long" }),
    dayNamesShort: list(7, day, { weekday: "short" }),
    dayNamesMin: list(7, day, { weekday: "narrow" }),
    monthNames: list(12, month, { month: "long" }),
    monthNamesShort: list(12, month, { month: "short" }),
  };
}

async function open() {
  say(words.loading);
  let xml;
  try {
    const response = await fetch(form, { credentials: "same-origin" });
    if (!response.ok) throw new Error(response.statusText);
    xml = inPageLanguage(await response.text());
  } catch {
    return say(words.unloadable, "bad");
  }
  const properties = {
    formXml: xml,
    fetchFormAttachment,
    preloadProperties: { deviceID: device, username, email },
    onSubmit: send,
  };
  const app = createApp({ render: () => h(OdkWebForm, properties) });
  app.use(webFormsPlugin);
  Object.assign(app.config.globalProperties.$primevue.config.locale, calendar());
  keepNamed(host);
  app.mount(host);
  say("");
  host.addEventListener("input", () => (unsent = true));
  addEventListener("beforeunload", (event) => unsent && event.preventDefault());
}

open();
