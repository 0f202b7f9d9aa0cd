// The engines that journeys go through, by name.

import type { Driver } from "../engine";
import { Chromium } from "./chromium";
import { Firefox } from "./firefox";
import { WebKit } from "./webkit";

export const DRIVERS = { chromium: Chromium, firefox: Firefox, webkit: WebKit } satisfies Record<string, Driver>;

export type EngineName = keyof typeof DRIVERS;
