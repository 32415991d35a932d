// Moves the demo's clock and says which phone has something new.
const said = document.getElementById("said");
const now = document.getElementById("now");
const moves = document.querySelector(".moves");
const buttons = [...moves.querySelectorAll("button")];
const tabs = [...document.querySelectorAll(".tabs button")];
const phones = Object.fromEntries(tabs.map((tab) => [tab.dataset.phone, document.getElementById(tab.dataset.phone)]));

function say(text) {
  said.textContent = text;
  said.hidden = false;
}

function show(role) {
  for (const tab of tabs) {
    tab.setAttribute("aria-pressed", String(tab.dataset.phone === role));
    phones[tab.dataset.phone].classList.toggle("shown", tab.dataset.phone === role);
  }
  tabs.find((tab) => tab.dataset.phone === role).querySelector("i").hidden = true;
}

function mark(roles) {
  for (const tab of tabs) {
    const fresh = roles.includes(tab.dataset.phone);
    phones[tab.dataset.phone].classList.toggle("fresh", fresh);
    tab.querySelector("i").hidden = !fresh || tab.getAttribute("aria-pressed") === "true";
  }
}

async function move(to) {
  buttons.forEach((button) => (button.disabled = true));
  say(said.dataset.busy);
  try {
    const answer = await fetch(`/demo/move?to=${to}`, { method: "POST" });
    if (!answer.ok) throw new Error(String(answer.status));
    const { now: moment, new: roles } = await answer.json();
    now.textContent = moment;
    mark(roles);
    say(roles.length ? said.dataset.new.replace("{who}", roles.map((role) => said.dataset[role]).join(", ")) : said.dataset.none);
  } catch {
    say(said.dataset.lost);
  } finally {
    buttons.forEach((button) => (button.disabled = false));
  }
}

moves.addEventListener("submit", (event) => {
  event.preventDefault();
  move(event.submitter.value);
});
tabs.forEach((tab) => tab.addEventListener("click", () => show(tab.dataset.phone)));
setInterval(async () => {
  const answer = await fetch("/demo/clock").catch(() => null);
  if (answer && answer.ok && !buttons[0].disabled) now.textContent = (await answer.json()).now;
}, 20000);
