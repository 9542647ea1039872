using System.Buffers.Binary;
using System.Text;

namespace Hybrid.Native.Tests.Boundary;

/// <summary>The functions that a 64-bit little-endian shared object exports, from its dynamic symbol table.</summary>
static class ElfSymbols
{
    const uint DynamicSymbols = 11;
    const int Function = 2;

    public static IReadOnlySet<string> Functions(string path)
    {
        var file = File.ReadAllBytes(path);
        Assert.Equal([0x7F, (byte)'E', (byte)'L', (byte)'F', 2, 1], file[..6]);
        var sections = Sections(file);
        var symbols = sections.Single(section => section.Type == DynamicSymbols);
        var names = sections[symbols.Link];

        var functions = new HashSet<string>(StringComparer.Ordinal);
        for (var at = symbols.Offset; at < symbols.Offset + symbols.Size; at += 24)
        {
            var definedIn = BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(at + 6));
            if (definedIn == 0 || (file[at + 4] & 15) != Function)
                continue;

            var name = file.AsSpan(names.Offset + BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(at)));
            functions.Add(Encoding.ASCII.GetString(name[..name.IndexOf((byte)0)]));
        }

        return functions;
    }

    static List<Section> Sections(byte[] file)
    {
        var table = (int)BinaryPrimitives.ReadInt64LittleEndian(file.AsSpan(0x28));
        var entrySize = BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(0x3A));
        var count = BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(0x3C));
        var sections = new List<Section>();
        for (var index = 0; index < count; index++)
        {
            var entry = file.AsSpan(table + (index * entrySize), entrySize);
            sections.Add(new Section(
                BinaryPrimitives.ReadUInt32LittleEndian(entry[4..]),
                (int)BinaryPrimitives.ReadInt64LittleEndian(entry[24..]),
                (int)BinaryPrimitives.ReadInt64LittleEndian(entry[32..]),
                BinaryPrimitives.ReadInt32LittleEndian(entry[40..])));
        }

        return sections;
    }

    readonly record struct Section(uint Type, int Offset, int Size, int Link);
}
