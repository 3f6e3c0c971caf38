namespace System.Runtime.CompilerServices;

/// <summary>The compiler asks for this type by name where code says <c>init</c>; netstandard2.0 has none.</summary>
internal static class IsExternalInit;
