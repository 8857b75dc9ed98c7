using System.CommandLine;
using CampaignEngine.Authoring;
using CampaignEngine.Cli.OptionGroups;
using CampaignEngine.Tracking.Replies;

namespace CampaignEngine.Cli.Commands.Cases;

/// <summary>What a person does about one case.</summary>
internal static class CaseCommands
{
    public static Command Create() => new("case", "Show, answer, close or hand on one reply that waits for a person; 'campaign cases' lists them.")
    {
        Show(),
        Answer(),
        Close(),
        Assign(),
    };

    private static Command Show() => Of(
        "show", "Show what was written and what was answered. Example: campaign case show 17", [], async (session, number, _, cancellationToken) => await FindAsync(session, number, cancellationToken));

    private static Command Answer()
    {
        var text = new Option<string?>("--text") { Description = "The answer.", HelpName = "TEXT" };
        var file = new Option<FileInfo?>("--file") { Description = "Read the answer from here.", HelpName = "FILE" };
        return Of(
            "answer",
            "Answer by the way the reply came; the clock stops. It is sent once, at once, and tried again by 'campaign serve' only when it was provably not taken. Example: campaign case answer 17 --text \"We open at nine.\"",
            [text, file],
            async (session, number, parsed, cancellationToken) =>
            {
                var written = parsed.GetValue(text) ?? (parsed.GetValue(file) is { } from ? await ReadAsync(from, cancellationToken) : null);
                if (string.IsNullOrWhiteSpace(written))
                {
                    throw CommandException.Invalid("write the answer with --text TEXT or --file FILE");
                }

                var answer = await session.Services.Cases.AnswerAsync(number, written, Environment.UserName, cancellationToken) ?? throw NotOpen(number);
                await session.Services.AnswerSweep.RunAsync(answer, cancellationToken);
                return await FindAsync(session, number, cancellationToken);
            });
    }

    private static Command Close()
    {
        var because = new Option<string>("--because") { Description = "Why; kept with the case.", HelpName = "TEXT", Required = true };
        return Of(
            "close", "Close a case, with or without an answer. Example: campaign case close 17 --because \"called back\"", [because],
            async (session, number, parsed, cancellationToken) => await session.Services.Cases.CloseAsync(number, Environment.UserName, parsed.GetValue(because)!, cancellationToken)
                ? await FindAsync(session, number, cancellationToken) : throw NotOpen(number));
    }

    private static Command Assign()
    {
        var to = new Option<string>("--to") { Description = "Who is in charge from now on, and is told when the case is overdue.", HelpName = "ADDRESS", Required = true };
        return Of(
            "assign", "Put somebody else in charge. Example: campaign case assign 17 --to ben@shop.example", [to],
            async (session, number, parsed, cancellationToken) =>
            {
                if (Mailboxes.TryRead(parsed.GetValue(to), out var mailbox) is { } fault)
                {
                    throw CommandException.Invalid($"--to {fault}");
                }

                return await session.Services.Cases.AssignAsync(number, mailbox.Address.Text, cancellationToken) ? await FindAsync(session, number, cancellationToken) : throw NotOpen(number);
            });
    }

    private static Command Of(string name, string description, Option[] options, Func<WorkspaceSession, long, ParseResult, CancellationToken, Task<ShownCase>> run)
    {
        var command = new Command(name, description);
        var number = new Argument<long>("N") { Description = "Number of the case." };
        command.Arguments.Add(number);
        foreach (var option in options)
        {
            command.Options.Add(option);
        }

        var workspace = WorkspaceOption.AddTo(command);
        var output = OutputOption.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var session = await WorkspaceSession.OpenAsync(workspace, parsed, cancellationToken);
            var shown = await run(session, parsed.GetValue(number), parsed, cancellationToken);
            var writer = output.Writer(parsed, session.Services.Zone);
            writer.Document(shown, table: _ =>
            {
                writer.Document(shown.Case);
                writer.Rows(shown.Answers);
            }, rows: w => w.Rows([shown.Case]));
            return ExitCode.Done;
        });
        return command;
    }

    private static async Task<ShownCase> FindAsync(WorkspaceSession session, long number, CancellationToken cancellationToken) =>
        await session.Services.Cases.FindAsync(number, cancellationToken) is { } found
            ? new ShownCase(found, await session.Services.Cases.AnswersAsync(number, cancellationToken))
            : throw CommandException.Invalid($"there is no case {number}; 'campaign cases' lists them");

    private static async Task<string> ReadAsync(FileInfo file, CancellationToken cancellationToken) =>
        file.Exists ? await File.ReadAllTextAsync(file.FullName, cancellationToken) : throw CommandException.Invalid($"{file.FullName} does not exist");

    private static CommandException NotOpen(long number) => CommandException.Invalid($"there is no open case {number}; 'campaign cases --open' lists them");

    private sealed record ShownCase(ReplyCase Case, IReadOnlyList<CaseAnswer> Answers);
}
