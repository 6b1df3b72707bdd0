// Asks the browser for a passkey when the form is sent, and sends its answer with the form. Everything it needs stands
// in the attributes of the element around the form: the options, whether one is made or used, and the sentences.

const place = document.getElementById("passkey");
const form = place.querySelector("form");
const told = place.querySelector("[role=status]");
const button = form.querySelector("button");

function bytes(text) {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

function text(buffer) {
  const plain = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join("");
  return btoa(plain).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function withBytes(list) {
  return list.map((one) => ({ ...one, id: bytes(one.id) }));
}

async function ask() {
  const options = JSON.parse(place.dataset.options);
  options.challenge = bytes(options.challenge);
  if (place.dataset.act === "make") {
    options.user.id = bytes(options.user.id);
    options.excludeCredentials = withBytes(options.excludeCredentials);
    return navigator.credentials.create({ publicKey: options });
  }
  options.allowCredentials = withBytes(options.allowCredentials);
  return navigator.credentials.get({ publicKey: options });
}

function inJson(credential) {
  const response = { clientDataJSON: text(credential.response.clientDataJSON) };
  for (const part of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[part]) response[part] = text(credential.response[part]);
  }
  return JSON.stringify({ id: credential.id, rawId: text(credential.rawId), type: credential.type, response });
}

function tell(id) {
  told.textContent = place.dataset[id];
  told.hidden = false;
  button.disabled = false;
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (!window.PublicKeyCredential) return tell("unable");
  told.hidden = true;
  button.disabled = true;
  try {
    form.elements.namedItem("answer").value = inJson(await ask());
    form.submit();
  } catch (error) {
    tell(error.name === "InvalidStateError" ? "there" : error.name === "SecurityError" ? "unable" : "refused");
  }
});
