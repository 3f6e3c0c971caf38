using System.Runtime.InteropServices;

namespace ClaudeCluster.Agent;

/// <summary>What the kernel knows of a file, as far as git's index remembers it. Linux only.</summary>
internal readonly record struct FileState(uint Inode, uint Size, uint Changed, uint ChangedNanoseconds, uint Modified, uint ModifiedNanoseconds)
{
    private const int HereOrAbsolute = -100;
    private const int NoFollow = 0x100;
    private const uint All = 0x7ff;
    private const int KindMask = 0xF000;
    private const int KindFolder = 0x4000;
    private const int KindFile = 0x8000;

    /// <summary>Of the file or link itself; null: there is none, it is a folder, or it has a second name.</summary>
    public static FileState? Read(string path) => statx(HereOrAbsolute, path, NoFollow, All, out var told) == 0 && told is { Links: 1 } && (told.Mode & KindMask) != KindFolder
        ? new FileState((uint)told.Inode, (uint)told.Size, (uint)told.Changed, told.ChangedNanoseconds, (uint)told.Modified, told.ModifiedNanoseconds)
        : null;

    /// <summary>False for a link to one.</summary>
    public static bool IsFolder(string path) => statx(HereOrAbsolute, path, NoFollow, All, out var told) == 0 && (told.Mode & KindMask) == KindFolder;

    /// <summary>False for a link, and for a pipe or a device, which would keep whoever reads it. On every system.</summary>
    public static bool IsPlainFile(string path) => OperatingSystem.IsLinux()
        ? statx(HereOrAbsolute, path, NoFollow, All, out var told) == 0 && (told.Mode & KindMask) == KindFile
        : new FileInfo(path) is { Exists: true, LinkTarget: null };

    [DllImport("libc", EntryPoint = "statx", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int statx(int folder, [MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags, uint mask, out Told told);

    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct Told
    {
        [FieldOffset(16)]
        public uint Links;

        [FieldOffset(28)]
        public ushort Mode;

        [FieldOffset(32)]
        public ulong Inode;

        [FieldOffset(40)]
        public ulong Size;

        [FieldOffset(96)]
        public long Changed;

        [FieldOffset(104)]
        public uint ChangedNanoseconds;

        [FieldOffset(112)]
        public long Modified;

        [FieldOffset(120)]
        public uint ModifiedNanoseconds;
    }
}
