// Minds the question box, where people are faster than the chat: takes a question out once it is
// answered, unless other words stand there by now, and asks later what was sent too early.
(() => {
  const { fill, restored, whenever } = window.pullquote;
  const box = () => document.querySelector("#pq-question textarea");
  let ready = false;
  let asking = false;
  let early = null;
  let last = "";

  function again() {
    const words = early;
    early = null;
    if (words?.trim() && box()?.value === words) document.getElementById("pq-question-go").click();
  }

  function sent(event) {
    if (ready && !asking) {
      asking = true;
      return;
    }
    early = box().value;
    if (ready) return; // the page itself does not ask two at once
    event.preventDefault();
    event.stopImmediatePropagation();
  }

  addEventListener("keydown", (event) => {
    const entered = event.key === "Enter" && !event.shiftKey && !event.isComposing;
    if (entered && event.target === box()) sent(event);
  }, true);
  addEventListener("click", (event) => {
    if (event.target.closest?.("#pq-question-go")) sent(event);
  }, true);

  restored.then(() => {
    ready = true;
    again();
  });

  const text = (hex) =>
    new TextDecoder().decode(Uint8Array.from(hex.match(/../g) ?? [], (two) => parseInt(two, 16)));

  whenever(() => {
    const told = document.getElementById("pq-answered")?.textContent.trim() ?? "";
    if (!told || told === last) return;
    last = told;
    asking = false;
    const answered = text(told.split(" ")[1] ?? "");
    if (answered && box().value === answered) fill(box(), "");
    again();
  });
})();
