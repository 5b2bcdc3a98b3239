# As many threads as there can be.
# page: L201 RuntimeError: can't start new thread
# notebook: L501 RuntimeError: can't start new thread
import threading

stop = threading.Event()
while True:
    threading.Thread(target=stop.wait, daemon=True).start()
