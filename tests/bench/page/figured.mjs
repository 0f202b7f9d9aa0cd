// The end of both pages' modules: the server sends it with each, for a module of its own would be one more to wait for.
//
// The first figure is the page's own doing. To be asked for it from outside it would have to read a script of Playwright's
// first, of 330 kB, in the midst of the start.
const code = decodeURIComponent(location.hash.slice(1));
window.figured =
  code &&
  window.first
    .then((runner) => runner.run(code))
    .then(({ plots }) => ({ plots, ms: performance.now() }))
    .finally(() => console.info("figured"));
