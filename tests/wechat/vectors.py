"""Worked examples of the cipher and the signature, official ones and some of our own making."""

from dataclasses import dataclass

from tests.wechat.pushes import AES_KEY, APP_ID, TOKEN


@dataclass(frozen=True)
class Sealed:
    """A text, and what it becomes for this account with these 16 random bytes."""

    name: str
    plain: str
    random: str
    padding: int
    encrypted: str
    timestamp: str
    nonce: str
    msg_signature: str
    token: str = TOKEN
    key: str = AES_KEY
    app_id: str = APP_ID


SEALED = (
    Sealed(
        name="official_request_json",
        plain=(
            '{"ToUserName":"gh_97417a04a28d","FromUserName":"o9AgO5Kd5ggOC-bXrbNODIiE3bGY","C'
            'reateTime":1714112445,"MsgType":"event","Event":"debug_demo","debug_str":"hello '
            'world"}'
        ),
        random="a8eedb185eb2fecf",
        padding=19,
        encrypted=(
            "+qdx1OKCy+5JPCBFWw70tm0fJGb2Jmeia4FCB7kao+/Q5c/ohsOzQHi8khUOb05JCpj0JB4RvQMkUyus"
            "8TPxLKJGQqcvZqzDpVzazhZv6JsXUnnR8XGT740XgXZUXQ7vJVnAG+tE8NUd4yFyjPy7GgiaviNrlCTj"
            "+l5kdfMuFUPpRSrfMZuMcp3Fn2Pede2IuQrKEYwKSqFIZoNqJ4M8EajAsjLY2km32IIjdf8YL/P50F7m"
            "StwntrA2cPDrM1kb6mOcfBgRtWygb3VIYnSeOBrebufAlr7F9mFUPAJGj04="
        ),
        timestamp="1714112445",
        nonce="415670741",
        msg_signature="046e02f8204d34f8ba5fa3b1db94908f3df2e9b3",
        token="AAAAA",
        key="AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        app_id="wxba5fad812f8e6fb9",
    ),
    Sealed(
        name="official_reply_json",
        plain='{"demo_resp":"good luck"}',
        random="707722b803182950",
        padding=1,
        encrypted=(
            "ELGduP2YcVatjqIS+eZbp80MNLoAUWvzzyJxgGzxZO/5sAvd070Bs6qrLARC9nVHm48Y4hyRbtzve1L3"
            "2tmxSQ=="
        ),
        timestamp="1713424427",
        nonce="415670741",
        msg_signature="1b9339964ed2e271e7c7b6ff2b0ef902fc94dea1",
        token="AAAAA",
        key="AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        app_id="wxba5fad812f8e6fb9",
    ),
    Sealed(
        name="short_utf8_reply",
        plain="我是中文abcd123",
        random="aaaabbbbccccdddd",
        padding=7,
        encrypted=(
            "jn1L23DB+6ELqJ+6bruv21Y6MD7KeIfP82D6gU39rmkgczbWwt5+3bnyg5K55bgVtVzd832WzZGMhkP7"
            "2vVOfg=="
        ),
        timestamp="1409304348",
        nonce="xxxxxx",
        msg_signature="82c962d39941aa48552f90ef55aa323dc620cc10",
        token="pamtest",
        key="abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
        app_id="wxb11529c136998cb6",
    ),
    Sealed(
        name="text_push",
        plain=(
            "<xml><ToUserName><![CDATA[gh_5c1d0e7a93f2]]></ToUserName>\n"
            "<FromUserName><![CDATA[oVq7Ks2mX0aTnE4yRb9LdPw3HfJc]]></FromUserName>\n"
            "<CreateTime>1731990601</CreateTime>\n"
            "<MsgType><![CDATA[text]]></MsgType>\n"
            "<Content><![CDATA[答题]]></Content>\n"
            "<MsgId>24563187012345671</MsgId>\n"
            "</xml>"
        ),
        random="0123456789abcdef",
        padding=5,
        encrypted=(
            "Ly6ekKAI3B3GNifGKh7yW3RX5RdZXAv35+/PZR5H4IU3erZQtF6AXm1npBAiR/ClCStodSDKWtOKRy/g"
            "rWAQ1Hr3PdtQ8/pTbXe1mwFRE2xJU1Gl2iKkuUrtf3b/y35ScwwqlxU+DnhDHJX3YBknX8MdL8g6gnGM"
            "ZLZZQixv4aHR6WoJwFqrcccpRVQNcRwbNQhzo8KZuOy5VcDoSY8dP1w75w6Ly1wFyM385xJTuFfUrmvx"
            "YdtjVVKNjvBWLIeQlxxTqBVkzTx+4NANd1wN5RSj9Sy6OHOABAzRydel7qPiu2eseTxa7XZSHPA1k1QK"
            "5+N5xEMtKrd4yHD0QVPoc0KELP40jpXdABd8z6VIjODQ/YSmG37thyEtaZ53Zq6yqrbFh/oQij45BeLe"
            "RbHm77kwqH3t+eHG7Atu+0mkup0="
        ),
        timestamp="1731990601",
        nonce="1372623149",
        msg_signature="308169a39308419f046406ae6763bcda9994939b",
    ),
    Sealed(
        name="text_emoji_push",
        plain=(
            "<xml><ToUserName><![CDATA[gh_5c1d0e7a93f2]]></ToUserName>\n"
            "<FromUserName><![CDATA[oVq7Ks2mX0aTnE4yRb9LdPw3HfJc]]></FromUserName>\n"
            "<CreateTime>1731990655</CreateTime>\n"
            "<MsgType><![CDATA[text]]></MsgType>\n"
            "<Content><![CDATA[加油💪🏽]]></Content>\n"
            "<MsgId>24563187012345999</MsgId>\n"
            "</xml>"
        ),
        random="fedcba9876543210",
        padding=29,
        encrypted=(
            "LLenWfL6vM6oN2ZMdWHab5Yu8KHsIET6G7aSfzVhBNVENsP5aAjXBCrN0n3yNQZImYDid2whEQ2Av2y9"
            "PTW++sPqM7vBR4pCcVD39IO6RwuxL9HWr17e31Bz33qMEcUm9btjzXATO4//DJfWVL3NgSWTjinEVY1y"
            "Hgyx8fNB7JaZicjjYkg/2zsc37Aq2BUZ3VPmwUqirTwNToHlfaRz5KFOxJcwK/YB8VFr0mVKKMrVR/9c"
            "sZJtI1kejsiSaSDt2lDuQpeQO9LAn0+jwBdXITvpZhUHpPv7bVGhVvn3+mO6y+PdQBCso49HiNs1NgqD"
            "goRCoTE+lHq/RCK/U+UoIreh/h5/EXXRngrn0o76v55xDO65iN8QTNf7cWrrH8S1YNu8bddGPQDRFDSN"
            "WenfW7RVqxcgFOHM0o4UG/5Eu1DyX7odB5MA3gS0KopHaU4/MtyL0WURDaG37CJrHhhSQg=="
        ),
        timestamp="1731990655",
        nonce="89346123",
        msg_signature="c72e08d832713389f165a35695c434981f2bae1e",
    ),
    Sealed(
        name="pad_17",
        plain=(
            "<xml><ToUserName><![CDATA[gh_5c1d0e7a93f2]]></ToUserName>\n"
            "<FromUserName><![CDATA[oVq7Ks2mX0aTnE4yRb9LdPw3HfJc]]></FromUserName>\n"
            "<CreateTime>1731992000</CreateTime>\n"
            "<MsgType><![CDATA[text]]></MsgType>\n"
            "<Content><![CDATA[xxxxxxxxxxxxxxxxxxxxxxxxxx]]></Content>\n"
            "<MsgId>24563187012399999</MsgId>\n"
            "</xml>"
        ),
        random="aaaaaaaaaaaaaaaa",
        padding=17,
        encrypted=(
            "zZ89UcgMD6yEa09tCAhGoSnaPNaY8D2uOeDCx9//1ysgsxHgPXCUjvRlM6fsvpkR/4QKgUnkgiPx0n3q"
            "DHJSwkWsQ6s9ASZQV6jEHbjl88XgfZB7RFZup4c6r6WBJBYSUlmLF8LyPYtyFJTlt65JLX7lDAee7M0M"
            "vdgdPe3mIvGPP+1SBxIlDLBGNaMomhd2Q6eOrXzkN1iSeM6yyjFmKeBEw+qArMTxuOz7FDBAIsrI9GPP"
            "dVe7lxmzPggY/2JaR3Sryj/1F1gVhh3tyZo1GKr160NZnCDbH5MQiIgbTC6jFMdVnKjxIpftvD66oIrU"
            "gU8FOjNd40ryKwaQk44aIqQJWsQK/0pBU4yP/9mQ7qm5N8IN0Ta+ndwRAUcsSJofV2t6Z9TDHeKpip/i"
            "BNKPseXTJrSZ6UCt0Pb4kJlYSYU0eTDrhQgfpnrjlAwYolEw6dhUODhUaId5WRxWY5pINw=="
        ),
        timestamp="1731992000",
        nonce="55555",
        msg_signature="9872412e2d6ce34f225ad135b43a049ecbe00a2c",
    ),
    Sealed(
        name="pad_32",
        plain=(
            "<xml><ToUserName><![CDATA[gh_5c1d0e7a93f2]]></ToUserName>\n"
            "<FromUserName><![CDATA[oVq7Ks2mX0aTnE4yRb9LdPw3HfJc]]></FromUserName>\n"
            "<CreateTime>1731992000</CreateTime>\n"
            "<MsgType><![CDATA[text]]></MsgType>\n"
            "<Content><![CDATA[xxxxxxxxxxx]]></Content>\n"
            "<MsgId>24563187012399999</MsgId>\n"
            "</xml>"
        ),
        random="bbbbbbbbbbbbbbbb",
        padding=32,
        encrypted=(
            "kADJaL/0FcJWUzDLpTeYJfgJG+rK16JcQetebF1gWoXlOhi89CJ3DlPLxbQJ0Z6LOIvFtE65Uo48NE7K"
            "VG0cwhJ4ZN3NEuqOcMaF2ndjTaiU1O9EeHE4MSlIkAbIZjH0kCOMuLKWl+WYT0nisjLqtllEw0Htr5dH"
            "H/rXd2mXk3OWsz/MudCvGdBNv5omkOTmBR/5iGY56hlTxPkO8fOj2+7ZVv8PAgeMar/qi0QQYjE2eCqE"
            "/H0QJ4AaSz8wRlwdgISjWN+3ENZYtOiUaAkPkTqnzccJZHBB/FqrVT1Axp2Gq6Jp+twW3NzS9kyOdEuP"
            "u2bI/0CdCRreNuZfjzG3xlztwnKgE9htIgdJCgrKkd0qzxAG9DzqV6ReEstj7U12ELvKjeBX9RwGlCBK"
            "Q7q850e+FTu53D5AJHYz+ys1rrnCQvF7IgHEyBLXs92NJaTBfr56Y5nVx09Np1I+c4ae0g=="
        ),
        timestamp="1731992001",
        nonce="55556",
        msg_signature="49c77ea8d8c914b2d1e829302c99d090f6e55c44",
    ),
    Sealed(
        name="text_reply",
        plain=(
            "<xml><ToUserName><![CDATA[oVq7Ks2mX0aTnE4yRb9LdPw3HfJc]]></ToUserName><FromUserN"
            "ame><![CDATA[gh_5c1d0e7a93f2]]></FromUserName><CreateTime>1731990602</CreateTime"
            "><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[你好]]></Content></xml>"
        ),
        random="ABCDEFGHIJKLMNOP",
        padding=11,
        encrypted=(
            "j5CokQuxjjh2NxMhiN4/56WImcd7HfH2fuHDLcG/1/325pR063sS4lHyNsB6XBaRRXVMNpJ6od3iZXdS"
            "JtF54w7rPiHW/yDutXhgqh3wXAVsJFDUI3JAFmuB/MQ7n0QFUU08N3bLpzYjKysxmbH06e3PlyhSBkbP"
            "9EXqOtpuChn9nt60lmrZvRRKmXnxSB9sVL2oG2kIfzX0B/AsmktQT/o22G15TP0hhDoRwO8i2GxqCGHS"
            "O/JiSNBlznCLV54uL8Y/HuSNZZWQrrRMil/I7F8wZJW2IeKtQMwBQJFidV3QUazZcqcWyPAop9h3YP5u"
            "vfEQlR42MfWPkURcRDi3WaWEH442Wxva5GmjjtOdXN6ShaBKYbqExcfbuWFeioty"
        ),
        timestamp="1731990602",
        nonce="1372623149",
        msg_signature="23af636eedb5a2abdfed1ea51b25ff3ab24d0abd",
    ),
)

URL_SIGNATURES = (
    # token, timestamp, nonce, signature; capitals sort before small letters, digits before both.
    ("AAAAA", "1714036504", "1514711492", "f464b24fc39322e44b38aa78f5edd27bd1441696"),
    ("AAAAA", "1714037059", "486452656", "899cf89e464efb63f54ddac96b0a0a235f53aa78"),
    ("a", "b", "c", "a9993e364706816aba3e25717850c26c9cd0d89d"),
    ("Zebra9token", "1731990601", "a1", "304729bd1c61ad395bbe673edde1126d73b0dbbe"),
)
