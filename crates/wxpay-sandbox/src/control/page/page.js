// Buttons post JSON; the page takes in what changed once a second. Without this script the page can be read all the same.
"use strict";

const said = document.getElementById("said");
document.documentElement.classList.add("script");

function say(text, bad) {
  said.textContent = text;
  said.className = bad ? "bad" : "";
  clearTimeout(say.timer);
  say.timer = setTimeout(() => { said.textContent = ""; }, bad ? 8000 : 2000);
}

async function send(path, method, body) {
  try {
    const answer = await fetch(path, {
      method,
      headers: { "Content-Type": "application/json" },
      body: method === "DELETE" ? undefined : body,
    });
    const told = await answer.json();
    if (answer.ok) {
      say("✓");
    } else {
      say(told.error.message, true);
    }
  } catch (error) {
    say(String(error), true);
  }
  await refresh();
}

const ended = document.getElementById("ended");
let missed = 0;

// A sandbox that does not answer twice in a row is gone, or not back yet.
function miss() {
  missed += 1;
  if (missed > 1 && ended.hidden) {
    ended.hidden = false;
    document.documentElement.classList.add("over");
  }
}

async function refresh() {
  let text;
  try {
    const answer = await fetch(location.href);
    text = await answer.text();
  } catch {
    miss();
    return;
  }
  missed = 0;
  ended.hidden = true;
  document.documentElement.classList.remove("over");
  const fresh = new DOMParser().parseFromString(text, "text/html");
  for (const now of document.querySelectorAll("[data-live]")) {
    const next = fresh.getElementById(now.id);
    const selection = getSelection();
    const selecting = !selection.isCollapsed && selection.containsNode(now, true);
    if (next && !selecting && now.innerHTML !== next.innerHTML) {
      const focused = now.contains(document.activeElement) && document.activeElement.outerHTML;
      now.innerHTML = next.innerHTML;
      if (focused) {
        [...now.querySelectorAll("a, button")].find((one) => one.outerHTML === focused)?.focus();
      }
    }
  }
}

// What the button posts; nothing if its question is not answered.
function bodyOf(button) {
  const { member, question, suggested, body } = button.dataset;
  if (!member) {
    return body || "{}";
  }
  const typed = prompt(question, suggested);
  if (!typed) {
    return null;
  }
  return JSON.stringify({ [member]: "number" in button.dataset ? Number(typed) : typed });
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("button[data-post]");
  if (!button || (button.dataset.ask && !confirm(button.dataset.ask))) {
    return;
  }
  const body = bodyOf(button);
  if (body === null) {
    return;
  }
  button.disabled = true;
  await send(button.dataset.post, button.dataset.method || "POST", body);
  button.disabled = false;
});

document.addEventListener("submit", async (event) => {
  const form = event.target.closest("form[data-post]");
  if (!form) {
    return;
  }
  event.preventDefault();
  const body = {};
  for (const field of form.querySelectorAll("[name]")) {
    if (field.value !== "") {
      body[field.name] = "number" in field.dataset ? Number(field.value) : field.value;
    }
  }
  await send(form.dataset.post, "POST", JSON.stringify(body));
});

setInterval(() => {
  if (!document.hidden) {
    refresh();
  }
}, 1000);
