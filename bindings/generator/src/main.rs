//! Writes the P/Invoke declarations of Hybrid's native core: those of `Hybrid.Native`, and those of Olm for `Vodozemac.NET`.
//! See `generate.sh`.

use std::error::Error;
use std::path::{Path, PathBuf};

fn main() -> Result<(), Box<dyn Error>> {
    let bindings = Path::new(env!("CARGO_MANIFEST_DIR")).parent().ok_or("no parent folder")?;
    let sources = bindings.join("../native/hybrid-ffi/src");
    let mut files = std::fs::read_dir(sources)?.map(|entry| Ok(entry?.path())).collect::<Result<Vec<PathBuf>, std::io::Error>>()?;
    files.retain(|file| file.extension().is_some_and(|extension| extension == "rs"));
    // The order of a folder is the file system's; the output must not depend on it.
    files.sort();

    let (olm, core): (Vec<_>, Vec<_>) = files.iter().partition(|file| stem(file).starts_with("olm_"));
    write("Hybrid.Native", &bindings.join("Hybrid.Native"), &core, |_| true)?;

    // Vodozemac.NET stands alone: it has its own declarations, of what it calls and no more.
    let shared = ["abi", "boundary", "status", "views"];
    let own = core.into_iter().filter(|file| shared.contains(&stem(file))).chain(olm).collect::<Vec<_>>();
    let called = |name: String| name.starts_with("hybrid_olm_") || SHARED_FUNCTIONS.contains(&name.as_str());
    write("Vodozemac", &bindings.join("Vodozemac.NET"), &own, called)
}

/// The functions that every binding needs.
const SHARED_FUNCTIONS: [&str; 3] = ["hybrid_abi_version", "hybrid_error_take", "hybrid_buffer_free"];

fn stem(file: &Path) -> &str {
    file.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default()
}

/// Writes the declarations of one binding.
fn write(namespace: &str, folder: &Path, files: &[&PathBuf], called: fn(String) -> bool) -> Result<(), Box<dyn Error>> {
    files
        .iter()
        .fold(csbindgen::Builder::default(), |builder, file| builder.input_extern_file(file))
        .csharp_dll_name("hybrid_ffi")
        .csharp_namespace(namespace)
        .csharp_class_name("NativeMethods")
        .csharp_class_accessibility("internal")
        // Both are the vocabulary of the wrappers, whether or not an export names them yet.
        .always_included_types(["ByteView", "OwnedBuffer"])
        .csharp_type_rename(opaque_name)
        .csharp_use_nint_types(true)
        .csharp_generate_const_filter(|name| name == "ABI_VERSION")
        .method_filter(called)
        .generate_csharp_file(folder.join("NativeMethods.g.cs"))?;
    Ok(())
}

/// What a handle points to gets a name that a public class of the wrappers does not need.
fn opaque_name(rust_name: String) -> String {
    match rust_name.as_str() {
        "SigningKey" => "OpaqueSigningKey".into(),
        _ => rust_name,
    }
}
