// Loads the page again when the book says something else than the page shows. Without this script a reload by hand does it.
"use strict";

const seen = document.body.dataset.seen;

async function look() {
  const typed = [...document.querySelectorAll("input:not([type=hidden])")].some((input) => input.value !== "");
  if (document.hidden || typed) {
    return;
  }
  try {
    const answer = await fetch(location.pathname.replace(/\/$/, "") + "/seen");
    if (answer.ok && (await answer.text()) !== seen) {
      location.reload();
    }
  } catch {
    // The shop is asked again in a second.
  }
}

if (seen !== undefined) {
  setInterval(look, 1000);
}
