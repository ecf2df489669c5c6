"""Texts beyond a model of modern prose, invented for the tests, and modern prose to stand beside them."""

# A ferry, told as an old chronicle would.
CLASSICAL = (
    "渡者，石埠人也，失其名。家贫，无田，惟一舟而已。每夜半，闻隔水有呼者，虽风雨必往，未尝言值。",
    "或问之曰：尔何苦若此？渡者曰：吾父溺于是水，吾不忍人之复溺也。问者愧而去，自是里人皆敬之。",
    "及其老，目眊不能视，犹坐舟中，以手试水，知其缓急。一夕水暴至，众皆走，渡者独不去，遂与舟俱没焉。",
)
VERSE = (
    "苔侵旧埠船如叶，雨洗新芦鹭似银。\n半盏残灯分客影，一声短笛送归人。",
    "霜重桥无迹\n潮生月有痕\n老鸦栖断橹\n寒火出孤村",
)
CODE = (
    "fn main() {\n    // 读入每个闸门的水位\n    let mut level = [0u32; 8];\n    for i in 0..8 { level[i] = read(i); } // 逐个读取\n"
    '    if level[3] > 120 { println!("水位过高"); }\n}',
    'gates = {"上闸": 3, "下闸": 5}\nfor k, v in gates.items():\n    # 打印闸门的编号\n    print(k, v * 2)\nopen_all(gates, force=True)',
)
TABLE = (
    "船名\n石三\n开船\n6:40\n票价\n2.5\n船名\n石五\n开船\n7:15\n票价\n3.0",
    "闸门\t编号\t高程\t状况\n上闸\t3\t12.5\t完好\n中闸\t4\t11.8\t待修\n下闸\t5\t10.2\t完好",
    "| 船号 | 载重 | 吃水 | 泊位 |\n|---|---|---|---|\n| 石三 | 40 | 浅 | 东 |\n| 石五 | 65 | 深 | 西 |",
    "月份 水位 雨量 船次 人数\n一月 3.2 14.0 22 310\n二月 3.5 20.1 19 287\n三月 4.8 66.4 25 402",
)
NAMES = (
    "修桥捐款的人有：江水根、许阿福、沈茂林、苏杏儿、郑满仓、韦长庚、陆小满、曹来喜。",
    "郭守田 马有粮 谢春芽 任秋实 胡石匠 孔二牛 毛腊梅 龚篾生",
)
DIALECT = (
    "阿婆话架渡船今晚唔开喇，啲浪太大，佢哋惊有事。你哋喺埠头等多阵，食碗粥先啦，唔使咁心急嘅。",
    "侬今朝勿要摆渡，辰光还早，阿拉先去吃碗馄饨，伊拉屋里向有热茶。",
)
FOREIGN = (
    "渡し船は夜明けとともに川を渡り、霧のなかで鐘を三度鳴らした。船頭はまだ若く、櫓の音も静かだった。",
    "The ferry crosses at dawn, and the ferryman rings his bell 三 times before he lands at 石埠.",
)
# Each with a word that a channel takes out of it, where nothing holds it back.
SAMPLES = {
    "classical": tuple(zip(CLASSICAL, ("风雨", "里人", "舟中"), strict=True)),
    "verse": tuple(zip(VERSE, ("短笛", "寒火"), strict=True)),
    "code": tuple(zip(CODE, ("读取", "打印"), strict=True)),
    "table": tuple(zip(TABLE, ("开船", "编号", "载重", "雨量"), strict=True)),
    "names": tuple(zip(NAMES, ("满仓", "秋实"), strict=True)),
    "dialect": tuple(zip(DIALECT, ("粥先", "热茶"), strict=True)),
    "foreign": ((FOREIGN[0], "三度"),),
}
# Modern prose about the same things.
MODERN = (
    "渡口管理站去年换了新的值班表，工作人员每天要记录水位和船次，超出允许范围的时候必须停航。",
    "老人说他年轻的时候在这条河上撑过船，那时候没有桥，两岸的孩子都要坐他的船去上学。",
    "今年春天，镇里决定把旧码头改成一个小公园，保留石阶和系缆绳的铁环，其他的东西都会搬走。",
)
# The first as a filter of 范 leaves it.
DAMAGED = MODERN[0].replace("范", "")
