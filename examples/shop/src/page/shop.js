// Shows the page again when the book says something else than it shows. Without this script a reload by hand does it.
"use strict";

const { seen } = document.body.dataset;

function isFilledIn() {
  return [...document.querySelectorAll("input:not([type=hidden])")].some((input) => input.value !== "");
}

async function look() {
  const answer = await fetch(location.pathname.replace(/\/$/, "") + "/seen");
  if (!answer.ok || (await answer.text()) === document.body.dataset.seen) {
    return;
  }
  const page = await (await fetch(location.href)).text();
  const fresh = new DOMParser().parseFromString(page, "text/html");
  // What is being filled in is not taken away.
  if (!isFilledIn()) {
    document.querySelector("main").replaceWith(fresh.querySelector("main"));
    document.body.dataset.seen = fresh.body.dataset.seen;
  }
}

if (seen !== undefined) {
  setInterval(() => {
    if (!document.hidden) {
      look().catch(() => {}); // the shop is asked again in a second
    }
  }, 1000);
}
