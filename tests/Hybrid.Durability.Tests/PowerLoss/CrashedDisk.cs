namespace Hybrid.Durability.Tests.PowerLoss;

/// <summary>What of the writes since a file's last sync a power cut leaves.</summary>
enum Survival
{
    /// <summary>None: the operating system had written nothing back.</summary>
    None,

    /// <summary>All: a killed process, whose writes the operating system keeps.</summary>
    All,

    /// <summary>Some, in no order, and some of those only in part.</summary>
    Some,
}

/// <summary>The files of a folder as a power cut may leave them: all that was synced, and of the rest what the dice say.</summary>
sealed class CrashedDisk
{
    const int Sector = 512;

    readonly Dictionary<string, Image> _files = new(StringComparer.Ordinal);

    public void Apply(DiskOperation operation)
    {
        switch (operation.Kind)
        {
            case DiskOperationKind.Write or DiskOperationKind.Truncate:
                if (!_files.TryGetValue(operation.File, out var image))
                    _files.Add(operation.File, image = new Image());
                image.Pending.Add(operation);
                break;
            case DiskOperationKind.Sync:
                if (_files.TryGetValue(operation.File, out var synced))
                    synced.Sync();
                break;
            case DiskOperationKind.Delete:
                _files.Remove(operation.File);
                break;
        }
    }

    /// <summary>Writes the files into an empty folder.</summary>
    public void WriteTo(string folder, Survival survival, Random dice)
    {
        foreach (var (name, image) in _files)
            File.WriteAllBytes(Path.Combine(folder, name), image.After(survival, dice));
    }

    sealed class Image
    {
        byte[] _durable = [];

        public List<DiskOperation> Pending { get; } = [];

        public void Sync()
        {
            _durable = After(Survival.All, Random.Shared);
            Pending.Clear();
        }

        public byte[] After(Survival survival, Random dice)
        {
            if (survival == Survival.None || Pending.Count == 0)
                return _durable;

            var bytes = new MemoryStream();
            bytes.Write(_durable);
            foreach (var operation in Pending)
            {
                var fate = survival == Survival.All ? 0 : dice.Next(3);
                if (fate == 1)
                    continue;
                if (operation.Kind == DiskOperationKind.Truncate)
                {
                    bytes.SetLength(Math.Min(bytes.Length, operation.Offset));
                    continue;
                }

                var whole = operation.Bytes.Length / Sector;
                var length = fate == 2 && whole > 1 ? dice.Next(1, whole) * Sector : operation.Bytes.Length;
                bytes.Position = operation.Offset;
                bytes.Write(operation.Bytes.AsSpan(0, length));
            }

            return bytes.ToArray();
        }
    }
}
