"""Types at the prompt in a pseudo-terminal: keys, history, paste, Tab, Ctrl-C at the prompt and in an endless loop."""
import fcntl
import os
import pty
import re
import select
import shutil
import struct
import sys
import tempfile
import termios
import time

PATIENCE = 30  # seconds; far more than needed, so that a busy machine fails nothing


class Shell:
    def __init__(self, program, state, term="xterm"):
        self.screen = b""
        try:
            self.pid, self.terminal = pty.fork()
        except OSError as reason:
            print(f"skipped: no pseudo-terminal here: {reason}")
            sys.exit(77)
        if self.pid == 0:
            os.environ.update(TERM=term, XDG_STATE_HOME=state, NO_COLOR="1")
            os.execv(program, [program])
        fcntl.ioctl(self.terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 100, 0, 0))
        self.wait_for("l2g> ")

    def read(self, seconds):
        if select.select([self.terminal], [], [], seconds)[0]:
            try:
                self.screen += os.read(self.terminal, 65536)
            except OSError:
                return False
        return True

    def wait_for(self, text):
        """Reads until the text appears, forgets the screen up to its end, and gives what stood before."""
        end = time.time() + PATIENCE
        while text not in self.text():
            if time.time() > end or not self.read(0.1):
                raise AssertionError(f"waited for {text!r}, saw {self.screen!r}")
        before, _, after = self.text().partition(text)
        self.screen = after.encode()
        return before

    def text(self):
        """The screen without control sequences and carriage returns."""
        return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\r", "", self.screen.decode(errors="replace"))

    def type(self, text):
        os.write(self.terminal, text.encode())

    def answer(self, text):
        """Types a line and gives what is printed before the next prompt."""
        self.type(text + "\r")
        self.type("print('-' .. 'done')\r")
        shown = self.wait_for("-done")
        self.wait_for("l2g> ")
        return shown

    def leave(self):
        self.type("\x04")
        end = time.time() + PATIENCE
        while time.time() < end:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                return os.waitstatus_to_exitcode(status)
            self.read(0.05)
        raise AssertionError("Ctrl-D did not end the session")


def says(shell, line, wanted):
    shown = shell.answer(line)
    assert wanted in shown.split("\n"), f"{line!r} showed {shown!r}, wanted the line {wanted!r}"


def main(program):
    state = tempfile.mkdtemp()
    try:
        shell = Shell(program, state)
        says(shell, "6 * 7", "42")
        says(shell, "'h\u00e9llo \u65e5\u672c'", '"h\u00e9llo \u65e5\u672c"')
        says(shell, "'\u65e5\u672c'\x1b[D\x1b[D\x7fX", '"X\u672c"')  # left, left, backspace
        says(shell, "bc'\x01'a\x05", '"abc"')  # Ctrl-A, Ctrl-E
        says(shell, "nonsense\x15'kept'", '"kept"')  # Ctrl-U
        says(shell, "'one' two\x17\x7f", '"one"')  # Ctrl-W
        says(shell, "'a' .. 'bcd'\x01\x1b[C\x1b[C\x1b[C\x0b", '"a"')  # right, Ctrl-K
        says(shell, "for i = 1, 2 do\rprint('row ' .. i)\rend", "row 2")
        shell.answer("x = 5")
        shell.type("garbage(((\x03")  # Ctrl-C at the prompt clears the line
        shell.wait_for("^C")
        says(shell, "x", "5")
        says(shell, "'9' .. 1\x1b[A\x1b[B\x1b[A\x1b[B", '"91"')
        says(shell, "\x1b[200~local p = 1\nlocal q = p + 1\nfunction f(n)\n\treturn n * 100\nend\nf(q)\n\x1b[201~", "200")
        says(shell, "tostri\tng(1)".replace("\tng", "\t"), '"1"')  # Tab completes tostring
        shell.type("while true do end\r")
        time.sleep(0.3)
        shell.type("\x03")
        shell.wait_for("stopped by Ctrl-C")
        shell.type("\x03\x03")  # more of them do no harm
        says(shell, "x", "5")
        shell.type("while true do pcall(error, 'x') end\r")
        time.sleep(0.3)
        shell.type("\x03")
        shell.wait_for("stopped by Ctrl-C")
        says(shell, "x + 1", "6")
        says(shell, "x != 1", 'hint: Lua writes ~= for "not equal"')
        says(shell, "\x1b[99~'still'\x1b", '"still"')  # an unknown key is swallowed
        assert shell.leave() == 0

        again = Shell(program, state)  # the history of the last session, a cell a line
        again.type("6 *\x1b[A")
        says(again, "", "42")
        with open(os.path.join(state, "l2g", "history"), encoding="utf-8") as history:
            lines = history.read().split("\n")
        assert "for i = 1, 2 do\\nprint('row ' .. i)\\nend" in lines, lines
        assert again.leave() == 0

        plain = Shell(program, state, term="dumb")
        says(plain, "6 * 7", "42")
        plain.type("garbage(((")
        time.sleep(0.2)
        plain.type("\x03")
        plain.wait_for("l2g> ")
        says(plain, "1 + 1", "2")
        assert plain.leave() == 0
    finally:
        shutil.rmtree(state)
    print("all passed")


if __name__ == "__main__":
    main(sys.argv[1])
