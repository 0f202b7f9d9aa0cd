// Whether cells may be changed: a publisher may have said that they may only be run.

export const readOnly = (): boolean => document.documentElement.dataset.readonly === "true";
