// The page that programs drive through a browser without a window: no view, one sandbox.

import { Drive } from "./drive";

declare global {
  interface Window {
    belljar: Drive;
  }
}

window.belljar = new Drive();
