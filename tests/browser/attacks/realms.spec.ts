// Nothing is evaluated, kept or told to neighbours, whoever owns the worker's realm or even the frame's.

import { attack } from "./arena";
import { REALMS } from "./probes/realms";
import { TAINT } from "./probes/taint";

const of = (realm: string) => REALMS.filter((probe) => probe.realm === realm);

attack("realms", [...of("worker"), ...of("bare"), ...of("frame"), ...TAINT]);
