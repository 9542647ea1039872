//! Writes the P/Invoke declarations of Hybrid's native core. See `generate.sh`.

use std::error::Error;
use std::path::{Path, PathBuf};

fn main() -> Result<(), Box<dyn Error>> {
    let bindings = Path::new(env!("CARGO_MANIFEST_DIR")).parent().ok_or("no parent folder")?;
    let sources = bindings.join("../native/hybrid-ffi/src");
    let mut files = std::fs::read_dir(sources)?.map(|entry| Ok(entry?.path())).collect::<Result<Vec<PathBuf>, std::io::Error>>()?;
    files.retain(|file| file.extension().is_some_and(|extension| extension == "rs"));
    // The order of a folder is the file system's; the output must not depend on it.
    files.sort();

    let output = bindings.join("Hybrid.Native/NativeMethods.g.cs");
    files
        .iter()
        .fold(csbindgen::Builder::default(), |builder, file| builder.input_extern_file(file))
        .csharp_dll_name("hybrid_ffi")
        .csharp_namespace("Hybrid.Native")
        .csharp_class_name("NativeMethods")
        .csharp_class_accessibility("internal")
        // Both are the vocabulary of the wrappers, whether or not an export names them yet.
        .always_included_types(["ByteView", "OwnedBuffer"])
        .csharp_type_rename(opaque_name)
        .csharp_use_nint_types(true)
        .csharp_generate_const_filter(|name| name == "ABI_VERSION")
        .generate_csharp_file(&output)?;
    Ok(())
}

/// What a handle points to gets a name that a public class of the wrappers does not need.
fn opaque_name(rust_name: String) -> String {
    match rust_name.as_str() {
        "SigningKey" => "OpaqueSigningKey".into(),
        _ => rust_name,
    }
}
