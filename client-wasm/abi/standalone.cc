// What a module without JavaScript around it must answer itself.

extern "C" {

// Emscripten's runtime would tell the host that the memory has grown. Ours looks for itself, and so
// the module imports nothing.
void emscripten_notify_memory_growth(unsigned long) {}

}  // extern "C"
