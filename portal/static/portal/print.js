// Where scripts run, a button prints the page; elsewhere the browser's own print is there.
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
