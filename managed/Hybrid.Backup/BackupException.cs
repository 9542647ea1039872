namespace Hybrid.Backup;

/// <summary>A backup or a restore cannot be carried out, or a backup is damaged; the message is one line for the operator.</summary>
public sealed class BackupException(string message) : Exception(message);
