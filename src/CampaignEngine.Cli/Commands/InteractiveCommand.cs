using System.CommandLine;

namespace CampaignEngine.Cli.Commands;

/// <summary>A command that hands the terminal, and with it Ctrl-C, to another program.</summary>
internal sealed class InteractiveCommand(string name, string description) : Command(name, description);
