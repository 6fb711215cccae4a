// The npm package `ws`, in Node.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import WebSocket from "ws";

const script = JSON.parse(readFileSync(0, "utf8"));
const say = (told) => console.log(JSON.stringify(told));
const socket = new WebSocket(script.url, script.subprotocols, {
  perMessageDeflate: script.deflate,
  maxPayload: 0,
});
const steps = script.steps[Symbol.iterator]();

function runNext() {
  const { value: step, done } = steps.next();
  if (done) return socket.close(1000);
  const data = Buffer.concat(Array(step.times ?? 1).fill(Buffer.from(step.data, "hex")));
  if (step.send === "ping") return socket.ping(data);
  const size = Math.max(1, Math.ceil(data.length / (step.pieces ?? 1)));
  for (let at = 0; at === 0 || at < data.length; at += size) {
    const fin = at + size >= data.length;
    socket.send(data.subarray(at, at + size), { binary: step.send === "binary", fin });
  }
}

socket.on("open", runNext);
socket.on("message", (data, binary) => {
  const sha256 = createHash("sha256").update(data).digest("hex");
  const told = { came: binary ? "binary" : "text", bytes: data.length, sha256 };
  if (data.length <= 4096) told.data = data.toString("hex");
  say(told);
  runNext();
});
socket.on("pong", (data) => {
  say({ came: "pong", data: data.toString("hex") });
  runNext();
});
socket.on("close", (code) => say({ closed: code, deflate: socket.extensions !== "" }));
socket.on("error", (error) => {
  console.error(error);
  process.exitCode = 1;
});
