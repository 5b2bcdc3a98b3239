# A loop that hears no signal.
# page: L205 this snippet takes longer than 4 s
# notebook: L502 this cell took longer than 4 s
import signal

for number in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:
    signal.signal(number, signal.SIG_IGN)
while True:
    pass
