// What the worker says is believed only in the run it was given and only in the form the guards rebuild.

import { attack } from "./arena";
import { MESSAGES } from "./probes/messages";

attack("messages", MESSAGES);
