using System.Globalization;
using Spectre.Console;

namespace CampaignEngine.Cli.Output;

/// <summary>Shows long work on stderr: a bar on a terminal, plain lines elsewhere (the first, then at most one every five seconds, and the last).</summary>
internal static class ProgressDisplay
{
    private static readonly TimeSpan PlainInterval = TimeSpan.FromSeconds(5);

    public static Task<T> RunAsync<T>(string title, TimeProvider timeProvider, Func<IProgress<ProgressStep>, Task<T>> work) =>
        Terminal.IsWatched ? OnTerminalAsync(title, work) : InLinesAsync(title, timeProvider, Console.Error, work);

    internal static async Task<T> InLinesAsync<T>(
        string title, TimeProvider timeProvider, TextWriter errors, Func<IProgress<ProgressStep>, Task<T>> work)
    {
        var lines = new PlainLines(title, timeProvider, errors);
        var result = await work(lines);
        lines.Finish();
        return result;
    }

    private static Task<T> OnTerminalAsync<T>(string title, Func<IProgress<ProgressStep>, Task<T>> work) =>
        Terminal.For(Console.Error, redirected: false).Progress()
            .AutoClear(false)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn(), new RemainingTimeColumn())
            .StartAsync(async context =>
            {
                var bar = context.AddTask(Markup.Escape(title));
                bar.IsIndeterminate = true;
                var result = await work(new Bar(bar, title));
                bar.IsIndeterminate = false;
                bar.Value = bar.MaxValue;
                return result;
            });

    private sealed class Bar(ProgressTask task, string title) : IProgress<ProgressStep>
    {
        public void Report(ProgressStep value)
        {
            if (value.Total is { } total and > 0)
            {
                task.IsIndeterminate = false;
                task.MaxValue = total;
                task.Value = value.Done;
            }

            if (value.Note is { } note)
            {
                task.Description = Markup.Escape($"{title}: {Terminal.Clean(note)}");
            }
        }
    }

    private sealed class PlainLines(string title, TimeProvider timeProvider, TextWriter errors) : IProgress<ProgressStep>
    {
        private readonly Lock _gate = new();
        private long? _lastLine;
        private ProgressStep _last;
        private ProgressStep? _written;

        public void Report(ProgressStep value)
        {
            lock (_gate)
            {
                _last = value with { Note = value.Note ?? _last.Note, Total = value.Total ?? _last.Total };
                if (_lastLine is { } then && timeProvider.GetElapsedTime(then) < PlainInterval)
                {
                    return;
                }

                Write();
            }
        }

        public void Finish()
        {
            lock (_gate)
            {
                if (_lastLine is not null && _written != _last)
                {
                    Write();
                }
            }
        }

        private void Write()
        {
            (_lastLine, _written) = (timeProvider.GetTimestamp(), _last);
            var amount = _last.Total is { } total and > 0
                ? string.Create(CultureInfo.InvariantCulture, $"{_last.Done:N0} of {total:N0} ({100.0 * _last.Done / total:0} %)")
                : string.Create(CultureInfo.InvariantCulture, $"{_last.Done:N0}");
            errors.WriteLine(_last.Note is { } note ? $"{title}: {amount}, {Terminal.Clean(note)}" : $"{title}: {amount}");
        }
    }
}
