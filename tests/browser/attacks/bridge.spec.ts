// Python owns every JavaScript object that it is given; it is given none that leads out.

import { attack } from "./arena";
import { BRIDGE } from "./probes/bridge";

attack("bridge", BRIDGE);
