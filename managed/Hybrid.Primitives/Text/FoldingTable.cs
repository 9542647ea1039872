using System.Collections.Frozen;

namespace Hybrid.Primitives.Text;

/// <summary>
/// Small letters with their plain forms, from the decompositions of the Unicode character database (NFKD without combining marks)
/// of the Latin, Greek and Cyrillic blocks and the half- and fullwidth forms, and letters such as ø that people type plainly.
/// </summary>
static class FoldingTable
{
    // Each letter is followed by its plain form.
    const string Pairs =
        "ªa²2³3µμ¹1ºoàaáaâaãaäaåaçcèeéeêeëeìiíiîiïiðdñnòoóoôoõoöoøoùuúuûuüuýyÿyāaăaąaćcĉcċcčcďdđdēeĕeėeęe"
        + "ěeĝgğgġgģgĥhħhĩiīiĭiįiİiıiĵjķkĸkĺlļlľlłlńnņnňnŋnōoŏoőoŕrŗrřrśsŝsşsšsţtťtŧtũuūuŭuůuűuųuŵwŷyźzżzžz"
        + "ſsƀbƙkƚlơoƥpƭtưuƶzǎaǐiǒoǔuǖuǘuǚuǜuǟaǡaǧgǩkǫoǭoǯʒǰjǵgǹnǻaǿoȁaȃaȅeȇeȉiȋiȍoȏoȑrȓrȕuȗușsțtȟhȧaȩeȫoȭo"
        + "ȯoȱoȳyɓbɗdɠgɨiɵoʉuʰhʱɦʲjʳrʴɹʵɻʶʁʷwʸyˠɣˡlˢsˣxˤʕʹʹΐιάαέεήηίιΰυςσϊιϋυόούυώωϐβϑθϒυϓυϔυϕφϖπϰκϱρϲσϵεйи"
        + "ѐеёеѓгїіќкѝиўуѷѵӂжӑаӓаӗеӛәӝжӟзӣиӥиӧоӫөӭэӯуӱуӳуӵчӹыḁaḃbḅbḇbḉcḋdḍdḏdḑdḓdḕeḗeḙeḛeḝeḟfḡgḣhḥhḧhḩhḫhḭi"
        + "ḯiḱkḳkḵkḷlḹlḻlḽlḿmṁmṃmṅnṇnṉnṋnṍoṏoṑoṓoṕpṗpṙrṛrṝrṟrṡsṣsṥsṧsṩsṫtṭtṯtṱtṳuṵuṷuṹuṻuṽvṿvẁwẃwẅwẇwẉwẋxẍx"
        + "ẏyẑzẓzẕzẖhẗtẘwẙyẛsạaảaấaầaẩaẫaậaắaằaẳaẵaặaẹeẻeẽeếeềeểeễeệeỉiịiọoỏoốoồoổoỗoộoớoờoởoỡoợoụuủuứuừuửu"
        + "ữuựuỳyỵyỷyỹyἀαἁαἂαἃαἄαἅαἆαἇαἐεἑεἒεἓεἔεἕεἠηἡηἢηἣηἤηἥηἦηἧηἰιἱιἲιἳιἴιἵιἶιἷιὀοὁοὂοὃοὄοὅοὐυὑυὒυὓυὔυὕυ"
        + "ὖυὗυὠωὡωὢωὣωὤωὥωὦωὧωὰαάαὲεέεὴηήηὶιίιὸοόοὺυύυὼωώωᾀαᾁαᾂαᾃαᾄαᾅαᾆαᾇαᾐηᾑηᾒηᾓηᾔηᾕηᾖηᾗηᾠωᾡωᾢωᾣωᾤωᾥωᾦωᾧω"
        + "ᾰαᾱαᾲαᾳαᾴαᾶαᾷαιιῂηῃηῄηῆηῇηῐιῑιῒιΐιῖιῗιῠυῡυῢυΰυῤρῥρῦυῧυῲωῳωῴωῶωῷωⱼjⱽv０0１1２2３3４4５5６6７7８8９9ａaｂbｃcｄd"
        + "ｅeｆfｇgｈhｉiｊjｋkｌlｍmｎnｏoｐpｑqｒrｓsｔtｕuｖvｗwｘxｙyｚzｦヲｧァｨィｩゥｪェｫォｬャｭュｮョｯッｰーｱアｲイｳウｴエｵオｶカｷキｸクｹケｺコｻサｼシｽスｾセｿソ"
        + "ﾀタﾁチﾂツﾃテﾄトﾅナﾆニﾇヌﾈネﾉノﾊハﾋヒﾌフﾍヘﾎホﾏマﾐミﾑムﾒメﾓモﾔヤﾕユﾖヨﾗラﾘリﾙルﾚレﾛロﾜワﾝンﾠᅠﾡᄀﾢᄁﾣᆪﾤᄂﾥᆬﾦᆭﾧᄃﾨᄄﾩᄅﾪᆰﾫᆱﾬᆲﾭᆳﾮᆴﾯᆵﾰᄚﾱᄆ"
        + "ﾲᄇﾳᄈﾴᄡﾵᄉﾶᄊﾷᄋﾸᄌﾹᄍﾺᄎﾻᄏﾼᄐﾽᄑﾾᄒￂᅡￃᅢￄᅣￅᅤￆᅥￇᅦￊᅧￋᅨￌᅩￍᅪￎᅫￏᅬￒᅭￓᅮￔᅯￕᅰￖᅱￗᅲￚᅳￛᅴￜᅵ";

    static readonly FrozenDictionary<char, char> Letters = Pairs.Chunk(2).ToFrozenDictionary(static pair => pair[0], static pair => pair[1]);

    static readonly FrozenDictionary<char, string> Ligatures = new Dictionary<char, string>
    {
        ['ß'] = "ss",
        ['æ'] = "ae",
        ['þ'] = "th",
        ['ĳ'] = "ij",
        ['œ'] = "oe",
        ['ǆ'] = "dz",
        ['ǉ'] = "lj",
        ['ǌ'] = "nj",
        ['ǣ'] = "ae",
        ['ǳ'] = "dz",
        ['ǽ'] = "ae",
        ['ﬀ'] = "ff",
        ['ﬁ'] = "fi",
        ['ﬂ'] = "fl",
        ['ﬃ'] = "ffi",
        ['ﬄ'] = "ffl",
        ['ﬅ'] = "st",
        ['ﬆ'] = "st",
    }.ToFrozenDictionary();

    /// <summary>The plain form of a small letter, if that is one letter too.</summary>
    public static bool TryFindLetter(char letter, out char plain) => Letters.TryGetValue(letter, out plain);

    /// <summary>The plain form of a small letter that stands for several.</summary>
    public static string? FindLigature(char letter) => Ligatures.GetValueOrDefault(letter);
}
