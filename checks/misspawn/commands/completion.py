"""`misspawn completion`: what makes a shell complete misspawn's words."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

SHELLS = ("bash", "zsh", "fish", "powershell")
EPILOG = """to have it in each new shell:
  bash        echo 'eval "$(misspawn completion bash)"' >> ~/.bashrc
  zsh         echo 'eval "$(misspawn completion zsh)"' >> ~/.zshrc
              (after compinit)
  fish        misspawn completion fish \\
                > ~/.config/fish/completions/misspawn.fish
  powershell  misspawn completion powershell >> $PROFILE"""


def arguments(parser: ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.epilog = EPILOG
    parser.add_argument("shell", choices=SHELLS)


def run(options: Namespace) -> int:
    """Print the script; it asks misspawn itself whenever the user presses TAB."""
    from argcomplete import shellcode  # type: ignore[attr-defined]

    print(shellcode(["misspawn"], shell=options.shell))
    return 0
