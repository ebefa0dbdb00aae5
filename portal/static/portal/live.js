// What htmx leaves to us. A page that could not be fetched in part is opened whole, so that it can say why; a trial of a
// decision that failed is taken away, since it tells of something else than what is chosen now.
for (const wrong of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(wrong, ({ detail }) => {
    if (detail.requestConfig.verb === "get") location.assign(detail.pathInfo.finalRequestPath);
    else detail.target.replaceChildren();
  });
}
// Who stood on something that is no longer there, stands on what tells what came instead.
document.addEventListener("htmx:afterSettle", () => {
  if (document.activeElement === document.body) document.querySelector("[data-told]")?.focus();
});
