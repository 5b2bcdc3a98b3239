# More threads than anybody has a use for, small enough for its memory.
# page: L201 RuntimeError: can't start new thread
# notebook: L501 RuntimeError: can't start new thread
import threading

threading.stack_size(32768)
stop = threading.Event()
for _ in range(1500):
    threading.Thread(target=stop.wait, daemon=True).start()
