/** The time of everything that must not depend on when it was made: 2026-01-01T00:00:00Z, in milliseconds. */
export const THEN = 1_767_225_600_000;
