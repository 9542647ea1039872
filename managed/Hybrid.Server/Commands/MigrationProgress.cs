using System.Globalization;
using Hybrid.Storage.Transfer;

namespace Hybrid.Server.Commands;

/// <summary>Shows how far a migration is: a line per table, which on a terminal counts up, and in a log is said again every few seconds.</summary>
sealed class MigrationProgress(TextWriter output, bool isTerminal, TimeProvider time)
{
    static readonly TimeSpan LogInterval = TimeSpan.FromSeconds(5);

    long _said = time.GetTimestamp();

    public void Show(TransferProgress progress)
    {
        var isDone = progress.Rows == progress.Total;
        var percent = progress.Total == 0 ? 100 : (int)(100 * progress.Rows / progress.Total);
        var line = string.Create(
            CultureInfo.InvariantCulture,
            $"{(progress.Step == TransferStep.Copying ? "copying  " : "comparing")} {progress.Table,-24} {percent,3} %  {progress.Rows} rows");
        if (isTerminal)
        {
            output.Write($"\r{line}\e[K{(isDone ? Environment.NewLine : "")}");
        }
        else if (isDone || time.GetElapsedTime(_said) >= LogInterval)
        {
            output.WriteLine(line);
            _said = time.GetTimestamp();
        }
    }
}
