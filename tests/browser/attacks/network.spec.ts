// Nothing reaches a network: not Python, not whoever owns the worker's realm, not whoever owns the frame's.

import { attack } from "./arena";
import { DOCUMENT, NETWORK } from "./probes/network";
import { NETWORK_PYTHON } from "./probes/network-python";

const realm = (name: string) => NETWORK.filter((probe) => probe.realm === name);

attack("network", [...NETWORK_PYTHON, ...realm("worker"), ...realm("bare"), ...realm("frame"), ...DOCUMENT]);
