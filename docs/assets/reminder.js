// A reminder as a calendar's file. Loaded for the button that asks for one.

import { download } from "./kept.js";
import { today } from "./log.js";

/** Save a reminder each day at a time like "18:00", wherever the reader is then: what to say of it. */
export function remind(time) {
  if (!time) return "Choose a time first.";
  const at = `${today().replaceAll("-", "")}T${time.replace(":", "")}00`;
  const lines = [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    `PRODID:-//${location.host}//lessons//EN`,
    "BEGIN:VEVENT",
    `UID:review@${location.host}`,
    `DTSTAMP:${new Date().toISOString().replace(/[-:]|\.\d+/g, "")}`,
    `DTSTART:${at}`,
    "DURATION:PT10M",
    "RRULE:FREQ=DAILY",
    "SUMMARY:Review what is due",
    `DESCRIPTION:${location.origin}${location.pathname}`,
    "BEGIN:VALARM",
    "ACTION:DISPLAY",
    "DESCRIPTION:Review what is due",
    "TRIGGER:PT0S",
    "END:VALARM",
    "END:VEVENT",
    "END:VCALENDAR",
  ];
  const folded = lines.map((line) => line.replace(/.{73}(?=.)/g, "$&\r\n "));
  download(new File([`${folded.join("\r\n")}\r\n`], "review.ics", { type: "text/calendar" }));
  return "Open review.ics with your calendar; to end the reminder, delete it there.";
}
