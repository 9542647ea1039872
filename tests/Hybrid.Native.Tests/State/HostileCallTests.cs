using System.Text;

namespace Hybrid.Native.Tests.State;

/// <summary>Calls that the wrappers never make: wrong lengths, and nulls beside a living handle.</summary>
public sealed unsafe class HostileCallTests : IDisposable
{
    readonly StateNodesHandle* _nodes;
    readonly StateGraphHandle* _graph;
    readonly byte[] _text = Encoding.UTF8.GetBytes("11!r:a$e{}");

    public HostileCallTests()
    {
        StateNodesHandle* nodes;
        StateGraphHandle* graph;
        Assert.Equal(Status.Ok, NativeMethods.hybrid_state_nodes_create(10, &nodes));
        fixed (byte* text = _text)
            Assert.Equal(Status.Ok, NativeMethods.hybrid_state_graph_create(new ByteView(text, 2), new ByteView(text + 2, 4), &graph));
        _nodes = nodes;
        _graph = graph;
    }

    public void Dispose()
    {
        NativeMethods.hybrid_state_nodes_free(_nodes);
        NativeMethods.hybrid_state_graph_free(_graph);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(19)]
    [InlineData(21)]
    public void A_root_of_another_length_is_refused(int length)
    {
        var bytes = stackalloc byte[32];
        var root = new ByteView(bytes, length);
        StateMapRow row;
        ulong count;
        OwnedBuffer result, missing;
        Assert.Equal(Status.InvalidArgument, NativeMethods.hybrid_state_map_find(_nodes, root, &row, 1, &missing));
        Assert.Equal(Status.InvalidArgument, NativeMethods.hybrid_state_map_update(_nodes, root, &row, 1, &result, &missing));
        Assert.Equal(Status.InvalidArgument, NativeMethods.hybrid_state_map_entries(_nodes, root, -1, &result, &missing));
        Assert.Equal(Status.InvalidArgument, NativeMethods.hybrid_state_map_count(_nodes, root, &count, &missing));
        Assert.Equal(
            Status.InvalidArgument, NativeMethods.hybrid_state_map_compare(_nodes, new ByteView(bytes, 20), root, &result, &missing));
    }

    [Fact]
    public void Null_beside_a_count_is_refused()
    {
        var bytes = stackalloc byte[20];
        var root = new ByteView(bytes, 20);
        var lengths = stackalloc int[1];
        OwnedBuffer result, missing;
        nuint count;
        Assert.Equal(Status.NullPointer, NativeMethods.hybrid_state_map_find(_nodes, root, null, 1, &missing));
        Assert.Equal(Status.NullPointer, NativeMethods.hybrid_state_map_update(_nodes, root, null, 1, &result, &missing));
        Assert.Equal(Status.NullPointer, NativeMethods.hybrid_state_nodes_load(_nodes, default, default, null, 1));
        Assert.Equal(
            Status.NullPointer, NativeMethods.hybrid_state_resolve(_graph, null, 1, lengths, 1, &result, &count));
        Assert.Equal(Status.NullPointer, NativeMethods.hybrid_state_resolve(_graph, null, 0, null, 1, &result, &count));
        Assert.Equal(
            Status.NullPointer,
            NativeMethods.hybrid_state_graph_append(_graph, default, lengths, default, lengths, default, 1, null));
        Assert.Equal(
            Status.NullPointer, NativeMethods.hybrid_state_graph_append(_graph, default, null, default, null, default, 1, null));
    }

    [Fact]
    public void Lengths_that_do_not_add_up_are_refused()
    {
        var events = stackalloc uint[] { 0, 1 };
        var lengths = stackalloc int[2];
        var numbers = stackalloc uint[2];
        var standing = stackalloc byte[2];
        OwnedBuffer result;
        nuint count;
        foreach (var (first, second) in new[] { (1, 2), (-1, 3), (3, -1), (int.MaxValue, int.MaxValue), (0, 1) })
        {
            (lengths[0], lengths[1]) = (first, second);
            Assert.Equal(
                Status.InvalidArgument, NativeMethods.hybrid_state_resolve(_graph, events, 2, lengths, 2, &result, &count));
            fixed (byte* text = _text)
            {
                var view = new ByteView(text + 6, 2);
                Assert.Equal(
                    Status.InvalidArgument,
                    NativeMethods.hybrid_state_graph_append(_graph, view, lengths, view, lengths, new ByteView(standing, 2), 2, numbers));
                Assert.Equal(Status.InvalidArgument, NativeMethods.hybrid_state_nodes_load(_nodes, view, view, lengths, 2));
            }
        }
    }

    [Fact]
    public void Counts_that_do_not_fit_are_refused()
    {
        var lengths = stackalloc int[] { 2 };
        var standing = stackalloc byte[2];
        uint number;
        OwnedBuffer result, missing;
        fixed (byte* text = _text)
        {
            var id = new ByteView(text + 6, 2);
            Assert.Equal(
                Status.InvalidArgument,
                NativeMethods.hybrid_state_graph_append(_graph, id, lengths, id, lengths, new ByteView(standing, 2), 1, &number));
            // Two bytes are no hash of one node.
            Assert.Equal(Status.InvalidArgument, NativeMethods.hybrid_state_nodes_load(_nodes, id, id, lengths, 1));
        }

        var bytes = stackalloc byte[20];
        Assert.Equal(
            Status.InvalidArgument,
            NativeMethods.hybrid_state_map_entries(_nodes, new ByteView(bytes, 20), 1L << 32, &result, &missing));
    }

    [Fact]
    public void An_id_that_is_cut_within_a_character_is_refused()
    {
        var lengths = stackalloc int[] { 2, 1 };
        var events = stackalloc int[] { 2, 2 };
        var standing = stackalloc byte[2];
        var numbers = stackalloc uint[2];
        fixed (byte* ids = "$é"u8, json = "{}{}"u8)
        {
            Assert.Equal(
                Status.InvalidUtf8,
                NativeMethods.hybrid_state_graph_append(
                    _graph, new ByteView(ids, 3), lengths, new ByteView(json, 4), events, new ByteView(standing, 2), 2, numbers));
        }
    }

    [Fact]
    public void Null_may_be_freed()
    {
        NativeMethods.hybrid_state_nodes_free(null);
        NativeMethods.hybrid_state_graph_free(null);
    }
}
