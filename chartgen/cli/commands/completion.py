"""`chartgen completion`"""

from __future__ import annotations

import click


@click.command("completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def command(shell: str) -> int:
    """Print the completion script of a shell.

    With it the shell completes commands, options, files and rule names.

    \b
      bash:  eval "$(chartgen completion bash)"          in ~/.bashrc
      zsh:   eval "$(chartgen completion zsh)"           in ~/.zshrc
      fish:  chartgen completion fish > ~/.config/fish/completions/chartgen.fish
    """
    from click.shell_completion import get_completion_class

    from chartgen.cli.output import emit

    completion = get_completion_class(shell)
    if completion is None:
        raise click.UsageError(f"there is no completion for {shell}")
    source = (
        completion.source_template
        % completion(
            click.get_current_context().find_root().command, {}, "chartgen", "_CHARTGEN_COMPLETE"
        ).source_vars()
    )
    emit(f"{source}\n")
    return 0
