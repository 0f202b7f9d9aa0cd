// What no policy governs whole. WebRTC sends packets to any address whatever connect-src says (CSP level 3 has a `webrtc`
// directive that no engine honours yet). Chromium's Connection-Allowlist stops it from asking STUN servers, not from
// sending to a peer that the code names. So the frames give WebRTC up before anything else happens.
//
// Only who owns a frame's own realm could use it, and user code never does: it runs in the worker, where WebRTC
// does not exist, and charts are data. This is for the day when a frame, or a chart's library, has a bug.

export function dropUngoverned(): void {
  for (const name of Object.getOwnPropertyNames(self)) {
    if (/^(webkit|moz)?RTC/.test(name)) Reflect.deleteProperty(self, name);
  }
}
